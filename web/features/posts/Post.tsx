// A post as it stands in a list: who, when, what, and what one can do with it.
import { useLocation } from 'preact-iso/router';
import { Repeat2 } from 'lucide-preact';
import type { ComponentChildren, HTMLAttributes } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Handle } from '#web/features/accounts/Handle.tsx';
import { AccountName, nameOf } from '#web/features/accounts/AccountName.tsx';
import { rich, t } from '#web/lib/i18n.ts';
import { accountPath, postPath } from '#web/lib/links.ts';
import { leaveFrom } from '#web/lib/navigation.ts';
import { me } from '#web/lib/session.ts';
import type { Account, Status } from '#web/lib/wire.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Time } from '#web/ui/Time.tsx';
import { PostActions, replyTo } from './PostActions.tsx';
import { PostBody } from './PostBody.tsx';
import { mayBoost, toggleBoost, toggleLike } from './post-actions.ts';
import { registerPost } from './post-keys.ts';
import type { PostSignal } from './post-store.ts';
import { visibilityName, VisibilityIcon } from './visibility.tsx';
import styles from './Post.module.css';

type Shown = 'class' | 'aria-labelledby' | 'aria-describedby' | 'aria-posinset' | 'aria-setsize' | 'aria-current';

interface ArticleProps extends Pick<HTMLAttributes<HTMLElement>, Shown> {
  status: Status;
  /** What the reader's place is remembered by; differs from the post's id for boosts. */
  placeKey: string;
  children: ComponentChildren;
}

const INTERACTIVE = 'a, button, input, select, textarea, video, audio, label, form, [role="menu"]';

/** The element around a post: it takes the focus, opens the thread when clicked, and answers to keys. */
export function PostArticle({ status, placeKey, children, ...rest }: ArticleProps) {
  const { route } = useLocation();
  const element = useRef<HTMLElement>(null);
  const openThread = () => {
    if (location.pathname === postPath(status)) return;
    leaveFrom(placeKey);
    route(postPath(status));
  };
  useEffect(() => {
    const article = element.current;
    if (!article) return;
    registerPost(article, {
      open: openThread,
      like: () => void toggleLike(status),
      boost: () => void (mayBoost(status, me.peek()?.id) && toggleBoost(status)),
      reply: () => replyTo(status),
      toggleWarning: () => article.querySelector<HTMLElement>('[aria-expanded][aria-controls]')?.click(),
    });
  });
  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element) || event.target.closest(INTERACTIVE)) return;
    // A click that ends a selection of text is not one that opens.
    if (getSelection()?.isCollapsed === false || event.metaKey || event.ctrlKey) return;
    openThread();
  };
  return (
    // The keyboard's way to the same place is the link on the time, and Enter.
    <article {...rest} ref={element} data-post={placeKey} tabIndex={0} onClick={onClick}>
      {children}
    </article>
  );
}

/** The line above a post that says who passed it on. */
export function BoostedBy({ account }: { account: Account }) {
  return (
    <p class={styles.boosted}>
      <Repeat2 size={15} aria-hidden />
      <span>
        {rich('post.boostedBy', {
          name: (
            <a href={accountPath(account)}>
              <AccountName account={account} />
            </a>
          ),
        })}
      </span>
    </p>
  );
}

/** Name, handle, audience and time in one line. */
export function PostByline({ status, id }: { status: Status; id?: string }) {
  const { account } = status;
  return (
    <div class={styles.byline}>
      <a class={styles.author} href={accountPath(account)} id={id}>
        <span class={styles.name}>
          <AccountName account={account} />
        </span>{' '}
        <span class={styles.handle}>
          <Handle acct={account.acct} />
        </span>
      </a>
      <span class={styles.when}>
        {status.visibility !== 'public' && (
          <span class={styles.audience} title={visibilityName(status.visibility)}>
            <VisibilityIcon visibility={status.visibility} size={13} />
            <span class="only-read">{visibilityName(status.visibility)}</span>
          </span>
        )}
        {status.edited_at && (
          <span class={styles.edited} title={t('post.edited')}>
            {t('post.editedShort')}
          </span>
        )}
        <a href={postPath(status)}>
          <Time at={status.created_at} />
        </a>
      </span>
    </div>
  );
}

interface Props {
  post: PostSignal;
  booster?: Account | null;
  placeKey: string;
  position?: number;
  /** Draws the line to the next post of a thread. */
  isJoined?: boolean;
  /** Without the line that says what is being answered. */
  isInThread?: boolean;
}

/** The post of a list; nothing once it is deleted. */
export function Post({ post, booster, placeKey, position, isJoined = false, isInThread = false }: Props) {
  const nameId = useId();
  const textId = useId();
  const status = post.value;
  if (!status) return null;
  const isReply = status.in_reply_to_id !== null && !isInThread;
  const answered = isReply ? status.mentions.find(({ id }) => id === status.in_reply_to_account_id) : undefined;
  return (
    <PostArticle
      status={status}
      placeKey={placeKey}
      class={`${styles.post} ${isJoined ? styles.joined : ''}`}
      aria-labelledby={nameId}
      aria-describedby={textId}
      aria-posinset={position}
      aria-setsize={position === undefined ? undefined : -1}
    >
      {booster && <BoostedBy account={booster} />}
      <div class={styles.columns}>
        <a
          class={styles.face}
          href={accountPath(status.account)}
          tabIndex={-1}
          aria-hidden
          title={nameOf(status.account)}
        >
          <Avatar account={status.account} />
        </a>
        <div class={styles.main}>
          <PostByline status={status} id={nameId} />
          {isReply && (
            <p class={styles.answer}>
              {answered
                ? rich('post.inReplyTo', { name: <a href={accountPath(answered)}>@{answered.acct}</a> })
                : t('post.inThread')}
            </p>
          )}
          <PostBody status={status} id={textId} />
          <PostActions status={status} />
        </div>
      </div>
    </PostArticle>
  );
}
