// The page of one post: what it answers above it, what answers it below.
import { useSignal } from '@preact/signals';
import { Feather } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { nameOf } from '#web/features/accounts/AccountName.tsx';
import { isNotFound } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import { barHeight, holdAt, isReturning } from '#web/lib/navigation.ts';
import { isSignedIn } from '#web/lib/session.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { EmptyNote, FailureNote, Skeleton, Spinner } from '#web/ui/Notes.tsx';
import { PageHeader } from '#web/ui/PageHeader.tsx';
import { Composer } from './Composer.tsx';
import { Place } from './filtering.ts';
import { FocusedPost } from './FocusedPost.tsx';
import { Post } from './Post.tsx';
import { findPost } from './post-store.ts';
import { growThread, type Branch } from './thread-tree.ts';
import { loadThread, searched, threadOf, type Thread } from './threads.ts';
import styles from './ThreadPage.module.css';

/** One reply with its own: a single answer goes on in the same column, several are set in. */
function Reply({ branch }: { branch: Branch }) {
  const post = findPost(branch.id);
  const { replies } = branch;
  const [only] = replies;
  return (
    <li>
      {post && <Post post={post} placeKey={branch.id} isInThread isJoined={replies.length > 0} />}
      {only && (
        <ol class={replies.length > 1 ? styles.inset : undefined}>
          {replies.map((reply) => (
            <Reply key={reply.id} branch={reply} />
          ))}
        </ol>
      )}
    </li>
  );
}

function Replies({ status, thread }: { status: Status; thread: Thread | null }) {
  if (!thread) return <Spinner />;
  if (!thread.descendants.length) {
    return status.replies_count === 0 && !searched.value.has(status.id) ? (
      <p class={styles.none}>{t('thread.noReplies')}</p>
    ) : null;
  }
  return (
    <section aria-label={t('thread.replies')}>
      <ol>
        {growThread(status.id, thread.descendants).map((branch) => (
          <Reply key={branch.id} branch={branch} />
        ))}
      </ol>
    </section>
  );
}

/** Brings the post to the top once what it answers has pushed it down, unless the reader came Back to another place. */
function useFocusAtTop(hasAncestors: boolean, id: string) {
  const element = useRef<HTMLDivElement>(null);
  const cameBack = useRef(isReturning());
  useEffect(() => {
    if (!hasAncestors || cameBack.current) return;
    const frame = requestAnimationFrame(() => element.current && holdAt(element.current, barHeight()));
    return () => cancelAnimationFrame(frame);
  }, [hasAncestors, id]);
  return element;
}

/** `/@name/:id` */
export function ThreadPage({ id }: { id: string }) {
  const thread = threadOf(id).value;
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    loadThread(id).catch((cause) => (failure.value = cause));
  };
  useEffect(load, [id]);
  // Shown at once when a list has it already; the thread grows around it.
  const status = findPost(id)?.value;
  const hasAncestors = Boolean(thread?.ancestors.length);
  const focus = useFocusAtTop(hasAncestors, id);

  if (!status) {
    const isGone = isNotFound(failure.value) || (thread && findPost(id)?.value === null);
    return (
      <>
        <PageHeader title={t('thread.title')} hasBack />
        {isGone ? (
          <EmptyNote title={t('thread.gone')} icon={<Feather size={28} aria-hidden />}>
            {t('thread.goneHint')}
          </EmptyNote>
        ) : failure.value ? (
          <FailureNote cause={failure.value} onRetry={load} />
        ) : (
          <Skeleton rows={3} />
        )}
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={t('thread.title')}
        tabTitle={t('thread.tabTitle', { name: nameOf(status.account), text: status.spoiler_text || excerpt(status) })}
        hasBack
      />
      <Place.Provider value="thread">
        <div data-thread>
          {thread?.ancestors.map((post) => {
            const ancestorId = post.value?.id;
            return ancestorId && <Post key={ancestorId} post={post} placeKey={ancestorId} isInThread isJoined />;
          })}
          <div ref={focus} class={hasAncestors ? styles.withRoom : undefined}>
            <FocusedPost key={status.id} status={status} />
            {isSignedIn.value && (
              <div class={styles.answer}>
                <Composer key={status.id} purpose={{ kind: 'reply', to: status }} isQuiet />
              </div>
            )}
            {failure.value ? (
              <FailureNote cause={failure.value} onRetry={load} />
            ) : (
              <Replies status={status} thread={thread} />
            )}
            <p class={styles.searched} role="status">
              {searched.value.has(id) && t('thread.searched')}
            </p>
          </div>
        </div>
      </Place.Provider>
    </>
  );
}

const excerpt = (status: Status): string =>
  new DOMParser().parseFromString(status.content, 'text/html').body.textContent.slice(0, 60);
