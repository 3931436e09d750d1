// The post that a page is about: larger, with everything that is known of it.
import { useId } from 'preact/hooks';
import { Handle } from '#web/features/accounts/Handle.tsx';
import { AccountName } from '#web/features/accounts/AccountName.tsx';
import { FollowButton } from '#web/features/graph/FollowButton.tsx';
import { Reactions } from '#web/features/reactions/Reactions.tsx';
import { rich, shortNumber } from '#web/lib/i18n.ts';
import { fullHandle } from '#web/lib/instance.ts';
import { accountPath } from '#web/lib/links.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Time } from '#web/ui/Time.tsx';
import { openHistory } from './EditHistory.tsx';
import { PostArticle } from './Post.tsx';
import { PostActions } from './PostActions.tsx';
import { PostBody } from './PostBody.tsx';
import { PostQuote } from './PostQuote.tsx';
import { visibilityName, VisibilityIcon } from './visibility.tsx';
import styles from './FocusedPost.module.css';

function Facts({ status }: { status: Status }) {
  const { application, edited_at: editedAt } = status;
  return (
    <p class={styles.facts}>
      <Time at={status.created_at} isFull />
      <span class={styles.fact}>
        <VisibilityIcon visibility={status.visibility} size={14} /> {visibilityName(status.visibility)}
      </span>
      {application && (
        <span class={styles.fact}>
          {application.website ? (
            <a href={application.website} target="_blank" rel="noopener noreferrer">
              {application.name}
            </a>
          ) : (
            application.name
          )}
        </span>
      )}
      {editedAt && (
        <button type="button" class={styles.edited} onClick={() => openHistory(status)}>
          {rich('post.editedOn', { time: <Time at={editedAt} isFull /> })}
        </button>
      )}
    </p>
  );
}

function Counts({ status }: { status: Status }) {
  const { reblogs_count: boosts, favourites_count: likes } = status;
  if (!boosts && !likes) return null;
  const number = (count: number) => <strong>{shortNumber(count)}</strong>;
  return (
    <p class={styles.counts}>
      {boosts > 0 && <span>{rich('post.boosts', { count: boosts, shown: number(boosts) })}</span>}
      {likes > 0 && <span>{rich('post.likes', { count: likes, shown: number(likes) })}</span>}
    </p>
  );
}

/** The post with its date, audience, figures and large actions. */
export function FocusedPost({ status }: { status: Status }) {
  const nameId = useId();
  const textId = useId();
  const { account } = status;
  return (
    <PostArticle
      status={status}
      placeKey={status.id}
      class={styles.post}
      aria-labelledby={nameId}
      aria-describedby={textId}
      aria-current="true"
    >
      <div class={styles.who}>
        <a class={styles.author} href={accountPath(account)} id={nameId}>
          <Avatar account={account} size={48} />
          <span class={styles.names}>
            <span class={styles.name}>
              <AccountName account={account} />
            </span>
            <span class={styles.handle}>
              <Handle acct={fullHandle(account.acct).slice(1)} />
            </span>
          </span>
        </a>
        <FollowButton account={account} />
      </div>
      <PostBody status={status} id={textId} isLarge>
        {status.quote && <PostQuote quote={status.quote} />}
      </PostBody>
      <Facts status={status} />
      <Counts status={status} />
      <div class={styles.reactions}>
        <Reactions status={status} />
      </div>
      <PostActions status={status} isLarge />
    </PostArticle>
  );
}
