// A post as it stands in a list: who, when, what, and what one can do with it.
import { useLocation } from 'preact-iso/router';
import { useSignal } from '@preact/signals';
import { Pin, Repeat2 } from 'lucide-preact';
import type { ComponentChildren, HTMLAttributes } from 'preact';
import { useContext, useEffect, useId, useRef } from 'preact/hooks';
import { Handle } from '#web/features/accounts/Handle.tsx';
import { AccountName, nameOf } from '#web/features/accounts/AccountName.tsx';
import { Reactions } from '#web/features/reactions/Reactions.tsx';
import { rich, t } from '#web/lib/i18n.ts';
import { accountPath, postPath } from '#web/lib/links.ts';
import { leaveFrom } from '#web/lib/navigation.ts';
import { me } from '#web/lib/session.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Time } from '#web/ui/Time.tsx';
import { FilteredNote } from './FilteredNote.tsx';
import { Place, verdictOn } from './filtering.ts';
import { PostActions, replyTo } from './PostActions.tsx';
import { PostBody } from './PostBody.tsx';
import { PostQuote } from './PostQuote.tsx';
import { mayBoost, toggleBoost, toggleLike } from './post-actions.ts';
import { registerPost } from './post-keys.ts';
import type { PostSignal } from './post-store.ts';
import { visibilityName, VisibilityIcon } from './visibility.tsx';
import styles from './Post.module.css';

type Shared =
  | 'class'
  | 'aria-label'
  | 'aria-labelledby'
  | 'aria-describedby'
  | 'aria-posinset'
  | 'aria-setsize'
  | 'aria-current';

interface ArticleProps extends Pick<HTMLAttributes<HTMLElement>, Shared> {
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
      toggleWarning: () =>
        article.querySelector<HTMLElement>('[data-reveals], [aria-expanded][aria-controls]')?.click(),
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

/** The line above a post that its author put at the top of their profile. */
function PinnedLine() {
  return (
    <p class={styles.pinned}>
      <Pin size={15} aria-hidden />
      <span>{t('post.pinned')}</span>
    </p>
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
  isPinned?: boolean;
}

function Answered({ status }: { status: Status }) {
  const answered = status.mentions.find(({ id }) => id === status.in_reply_to_account_id);
  return (
    <p class={styles.answer}>
      {answered
        ? rich('post.inReplyTo', { name: <a href={accountPath(answered)}>@{answered.acct}</a> })
        : t('post.inThread')}
    </p>
  );
}

interface ShownProps extends Omit<Props, 'post'> {
  status: Status;
  nameId: string;
  textId: string;
  /** The filters because of which its pictures wait. */
  blurredBy?: string;
}

/** The post itself, once no filter stands before it. */
function Shown({ status, booster, isInThread, isPinned, nameId, textId, blurredBy }: ShownProps) {
  return (
    <>
      {booster && <BoostedBy account={booster} />}
      {isPinned && <PinnedLine />}
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
          {status.in_reply_to_id !== null && !isInThread && <Answered status={status} />}
          <PostBody status={status} id={textId} blurredBy={blurredBy}>
            {status.quote && <PostQuote quote={status.quote} />}
          </PostBody>
          <Reactions status={status} />
          <PostActions status={status} />
        </div>
      </div>
    </>
  );
}

/** The post of a list; nothing once it is deleted, or where a filter hides it. */
export function Post(props: Props) {
  const { post, placeKey, position, isJoined = false } = props;
  const nameId = useId();
  const textId = useId();
  const place = useContext(Place);
  const isRevealed = useSignal(false);
  const status = post.value;
  const verdict = status && verdictOn(status, place);
  if (!status || verdict?.action === 'hide') return null;
  const isCovered = verdict?.action === 'warn' && !isRevealed.value;
  const names = isCovered
    ? { 'aria-label': t('post.filtered', { titles: verdict.titles }) }
    : { 'aria-labelledby': nameId, 'aria-describedby': textId };
  return (
    <PostArticle
      status={status}
      placeKey={placeKey}
      class={`${styles.post} ${isJoined ? styles.joined : ''}`}
      {...names}
      aria-posinset={position}
      aria-setsize={position === undefined ? undefined : -1}
    >
      {isCovered ? (
        <FilteredNote titles={verdict.titles} onShow={() => (isRevealed.value = true)} />
      ) : (
        <Shown
          {...props}
          status={status}
          nameId={nameId}
          textId={textId}
          blurredBy={verdict?.action === 'blur' ? verdict.titles : undefined}
        />
      )}
    </PostArticle>
  );
}
