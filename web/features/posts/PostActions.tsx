// The row under a post: reply, boost, like, bookmark, and the menu with the rest.
import { Bookmark, Heart, MessageCircle, Repeat2 } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { requireSignIn } from '#web/features/auth/sign-in-prompt.ts';
import { shortNumber, t } from '#web/lib/i18n.ts';
import { ReactionPicker } from '#web/features/reactions/ReactionPicker.tsx';
import { me } from '#web/lib/session.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { openComposer } from './composing.ts';
import { mayBoost, toggleBookmark, toggleBoost, toggleLike } from './post-actions.ts';
import { PostMenu } from './PostMenu.tsx';
import styles from './PostActions.module.css';

interface ActionProps {
  kind: 'reply' | 'boost' | 'like' | 'bookmark';
  label: string;
  count?: number;
  isOn?: boolean;
  isDisabled?: boolean;
  /** Done, but its author has yet to allow it. */
  isWaiting?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}

function Action({
  kind,
  label: what,
  count = 0,
  isOn,
  isDisabled = false,
  isWaiting = false,
  onClick,
  children,
}: ActionProps) {
  const label = isWaiting ? t('post.actWaits', { what }) : what;
  return (
    <button
      type="button"
      class={`${styles.action} ${styles[kind]} ${isWaiting ? styles.waiting : ''}`}
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      disabled={isDisabled}
      onClick={onClick}
    >
      <span class={styles.icon}>{children}</span>
      <span class={styles.count} aria-hidden>
        {count > 0 ? shortNumber(count) : ''}
      </span>
    </button>
  );
}

/** Opens the composer for an answer. */
export function replyTo(status: Status): void {
  if (requireSignIn()) openComposer({ kind: 'reply', to: status });
}

/** The row of buttons. */
export function PostActions({ status, isLarge = false }: { status: Status; isLarge?: boolean }) {
  const size = isLarge ? 21 : 18;
  const { replies_count: replies, reblogs_count: boosts, favourites_count: likes } = status;
  const canBoost = mayBoost(status, me.value?.id);
  return (
    <div class={`${styles.row} ${isLarge ? styles.large : ''}`} role="group" aria-label={t('post.actions')}>
      <Action kind="reply" label={t('post.reply', { count: replies })} count={replies} onClick={() => replyTo(status)}>
        <MessageCircle size={size} aria-hidden />
      </Action>
      <Action
        kind="boost"
        label={canBoost ? t('post.boost', { count: boosts }) : t('post.cannotBoost')}
        count={boosts}
        isOn={status.reblogged ?? false}
        isDisabled={!canBoost}
        isWaiting={status.reblog_pending}
        onClick={() => void toggleBoost(status)}
      >
        <Repeat2 size={size + 1} aria-hidden />
      </Action>
      <Action
        kind="like"
        label={t('post.like', { count: likes })}
        count={likes}
        isOn={status.favourited ?? false}
        isWaiting={status.favourite_pending}
        onClick={() => void toggleLike(status)}
      >
        <Heart size={size} aria-hidden />
      </Action>
      <Action
        kind="bookmark"
        label={t('post.bookmark')}
        isOn={status.bookmarked ?? false}
        onClick={() => void toggleBookmark(status)}
      >
        <Bookmark size={size} aria-hidden />
      </Action>
      <ReactionPicker status={status} size={size} class={styles.menu ?? ''} />
      <PostMenu status={status} class={styles.menu ?? ''} />
    </div>
  );
}
