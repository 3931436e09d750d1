// Finds people, hashtags and posts; for an address or a full handle it asks the other server too.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { Hash, SearchX, Telescope } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { AccountRow } from '#web/features/accounts/AccountRow.tsx';
import { FollowButton } from '#web/features/graph/FollowButton.tsx';
import { wantRelationships } from '#web/features/graph/relationships.ts';
import { Post } from '#web/features/posts/Post.tsx';
import { keepPost } from '#web/features/posts/post-store.ts';
import { get } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { tagPath } from '#web/lib/links.ts';
import { isSignedIn } from '#web/lib/session.ts';
import { announce } from '#web/lib/toasts.ts';
import type { SearchResults } from '#web/lib/wire/search.ts';
import { EmptyNote, FailureNote, Skeleton } from '#web/ui/Notes.tsx';
import { PageHeader } from '#web/ui/PageHeader.tsx';
import { SearchBox } from './SearchBox.tsx';
import styles from './SearchPage.module.css';

/** The last answer, for the way back. */
let last: { words: string; results: SearchResults } | null = null;

function Results({ results }: { results: SearchResults }) {
  const { accounts, hashtags, statuses } = results;
  return (
    <>
      {accounts.length > 0 && (
        <section aria-labelledby="found-people">
          <h2 id="found-people" class={styles.heading}>
            {t('search.people')}
          </h2>
          <ul>
            {accounts.map((account) => (
              <li key={account.id}>
                <AccountRow account={account}>
                  <FollowButton account={account} />
                </AccountRow>
              </li>
            ))}
          </ul>
        </section>
      )}
      {hashtags.length > 0 && (
        <section aria-labelledby="found-tags">
          <h2 id="found-tags" class={styles.heading}>
            {t('search.hashtags')}
          </h2>
          <ul class={styles.tags}>
            {hashtags.map(({ name }) => (
              <li key={name}>
                <a href={tagPath(name)}>
                  <Hash size={16} aria-hidden />
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {statuses.length > 0 && (
        <section aria-labelledby="found-posts">
          <h2 id="found-posts" class={styles.heading}>
            {t('search.posts')}
          </h2>
          {statuses.map((status) => (
            <Post key={status.id} post={keepPost(status)} placeKey={status.id} />
          ))}
        </section>
      )}
    </>
  );
}

function Answer({ words }: { words: string }) {
  const results = useSignal<SearchResults | null>(last?.words === words ? last.results : null);
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    const stop = new AbortController();
    get<SearchResults>('/api/v2/search', { q: words, limit: 20, resolve: isSignedIn.peek() || undefined }, stop.signal)
      .then((found) => {
        last = { words, results: found };
        wantRelationships(found.accounts.map(({ id }) => id));
        results.value = found;
        announce(t('search.found', { count: found.accounts.length + found.hashtags.length + found.statuses.length }));
      })
      .catch((cause) => {
        if (!stop.signal.aborted) failure.value = cause;
      });
    return () => stop.abort();
  };
  useEffect(() => (results.peek() ? undefined : load()), []);
  if (failure.value) return <FailureNote cause={failure.value} onRetry={() => void load()} />;
  if (!results.value) return <Skeleton rows={3} />;
  const { accounts, hashtags, statuses } = results.value;
  if (!accounts.length && !hashtags.length && !statuses.length) {
    return (
      <EmptyNote title={t('search.nothing', { words })} icon={<SearchX size={28} aria-hidden />}>
        {t('search.nothingHint')}
      </EmptyNote>
    );
  }
  return <Results results={results.value} />;
}

/** `/search?q=…` */
export function SearchPage() {
  const { query } = useLocation();
  const words = (query['q'] ?? '').trim();
  return (
    <>
      <PageHeader title={t('nav.search')} tabTitle={words ? t('search.titleFor', { words }) : undefined} />
      <div class={styles.box}>
        <SearchBox isEager />
      </div>
      {words ? (
        <Answer key={words} words={words} />
      ) : (
        <EmptyNote title={t('search.start')} icon={<Telescope size={28} aria-hidden />}>
          {t('search.startHint')}
        </EmptyNote>
      )}
    </>
  );
}
