// One notification: a mention is the post itself, everything else who did what, with a glance at the post.
import {
  BellRing,
  ChartBarBig,
  Heart,
  PencilLine,
  Quote as QuoteSign,
  Repeat2,
  SmilePlus,
  UserPlus,
  UserRoundCheck,
} from 'lucide-preact';
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { useEffect, useRef } from 'preact/hooks';
import { AccountName, nameOf } from '#web/features/accounts/AccountName.tsx';
import { FollowButton } from '#web/features/graph/FollowButton.tsx';
import { RequestAnswers } from '#web/features/graph/FollowRequestsPage.tsx';
import { Place } from '#web/features/posts/filtering.ts';
import { Post } from '#web/features/posts/Post.tsx';
import { registerPost } from '#web/features/posts/post-keys.ts';
import { findPost } from '#web/features/posts/post-store.ts';
import { Emoji } from '#web/features/reactions/Reactions.tsx';
import { rich, t, type MessageKey } from '#web/lib/i18n.ts';
import { accountPath, postPath } from '#web/lib/links.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Html } from '#web/ui/Html.tsx';
import { Time } from '#web/ui/Time.tsx';
import type { NotificationGroup } from './groups.ts';
import styles from './NotificationRow.module.css';

interface Kind {
  icon: typeof Heart;
  look: string;
  text: MessageKey;
}

const KINDS: Record<string, Kind> = {
  favourite: { icon: Heart, look: 'like', text: 'notifications.liked' },
  'pleroma:emoji_reaction': { icon: SmilePlus, look: 'other', text: 'notifications.reacted' },
  reblog: { icon: Repeat2, look: 'boost', text: 'notifications.boosted' },
  follow: { icon: UserRoundCheck, look: 'follow', text: 'notifications.followed' },
  follow_request: { icon: UserPlus, look: 'follow', text: 'notifications.requested' },
  poll: { icon: ChartBarBig, look: 'other', text: 'notifications.pollEnded' },
  quote: { icon: QuoteSign, look: 'other', text: 'notifications.quoted' },
  quoted_update: { icon: PencilLine, look: 'other', text: 'notifications.quotedEdited' },
  update: { icon: PencilLine, look: 'other', text: 'notifications.edited' },
};
const OTHER: Kind = { icon: BellRing, look: 'other', text: 'notifications.other' };
const MOST_FACES = 8;

const linkTo = (account: Account) => (
  <a class={styles.name} href={accountPath(account)}>
    <AccountName account={account} />
  </a>
);

function Glance({ status }: { status: Status }) {
  const latest = findPost(status.id)?.value;
  if (latest === null) return <p class={styles.glance}>{t('thread.gone')}</p>;
  const { spoiler_text: warning, content, emojis, language, media_attachments: media } = latest ?? status;
  return (
    <a class={styles.glance} href={postPath(status)}>
      {/* A post of pictures alone says what they show, or at least that they are there. */}
      {!warning && content === '' && media.length > 0 && (
        <span dir="auto">{media[0]?.description || t('media.shows', { count: media.length })}</span>
      )}
      {warning ? warning : <Html html={content.replaceAll(/<\/?a\b[^>]*>/g, '')} emojis={emojis} lang={language} />}
    </a>
  );
}

function RequestLine({ account }: { account: Account }) {
  const isAnswered = useSignal(false);
  if (isAnswered.value) return null;
  return (
    <div class={styles.answers}>
      <RequestAnswers account={account} onDone={() => (isAnswered.value = true)} />
    </div>
  );
}

/** One group of notifications; `isUnseen` tints it. */
export function NotificationRow({ group, isUnseen }: { group: NotificationGroup; isUnseen: boolean }) {
  const { type, accounts, status } = group;
  const [first] = accounts;
  const post = status && findPost(status.id);
  if (!first) return null;
  const mark = isUnseen ? styles.unseen : '';
  if ((type === 'mention' || type === 'status') && post) {
    return (
      <div class={mark}>
        <Place.Provider value="notifications">
          <Post post={post} placeKey={`n${group.id}`} />
        </Place.Provider>
      </div>
    );
  }
  return <Told group={group} mark={mark ?? ''} first={first} />;
}

/** A notification that is not a post: who did what. Enter leads to what it is about. */
function Told({ group, mark, first }: { group: NotificationGroup; mark: string; first: Account }) {
  const { route } = useLocation();
  const element = useRef<HTMLElement>(null);
  const { type, accounts, status, at, emoji } = group;
  useEffect(() => {
    const open = () => route(status ? postPath(status) : accountPath(first));
    if (element.current) registerPost(element.current, { open });
  });
  const kind = KINDS[type] ?? OTHER;
  const Icon = kind.icon;
  const others = accounts.length - 1;
  return (
    <article
      ref={element}
      class={`${styles.row} ${mark}`}
      aria-label={t('notifications.from', { name: nameOf(first) })}
      tabIndex={0}
      data-post={`n${group.id}`}
    >
      <span class={`${styles.icon} ${styles[kind.look]}`}>
        <Icon size={20} aria-hidden />
      </span>
      <div class={styles.main}>
        <div class={styles.faces}>
          {accounts.slice(0, MOST_FACES).map((account) => (
            <a key={account.id} href={accountPath(account)} title={nameOf(account)} aria-label={nameOf(account)}>
              <Avatar account={account} size={34} />
            </a>
          ))}
          <span class={styles.when}>
            <Time at={at} />
          </span>
        </div>
        <p class={styles.text}>
          {rich(kind.text, { name: linkTo(first), others, emoji: emoji ? <Emoji {...emoji} /> : '' })}
        </p>
        {status && <Glance status={status} />}
        {type === 'follow_request' && <RequestLine account={first} />}
        {type === 'follow' && others === 0 && (
          <div class={styles.answers}>
            <FollowButton account={first} />
          </div>
        )}
      </div>
    </article>
  );
}
