// The pages that are one list of posts: home, local, everyone, a hashtag, bookmarks.
import { Bird, BookmarkX, Hash, Users } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Welcome } from '#web/features/instance/Welcome.tsx';
import { Composer } from '#web/features/posts/Composer.tsx';
import { t } from '#web/lib/i18n.ts';
import { instance, instanceTitle } from '#web/lib/instance.ts';
import { isReturning } from '#web/lib/navigation.ts';
import { isSignedIn, me } from '#web/lib/session.ts';
import { ButtonLink } from '#web/ui/Button.tsx';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { PageHeader, TabLinks } from '#web/ui/PageHeader.tsx';
import { Feed } from './Feed.tsx';
import { followStream, homeTimeline } from './live.ts';
import { keptTimeline, renewedTimeline, type Timeline } from './timeline.ts';
import styles from './TimelinePages.module.css';

/** Follows the stream of a list while it is on the page. */
function useStream(timeline: Timeline, stream: string, tag?: string): void {
  useEffect(() => followStream(timeline, stream, tag), [timeline]);
}

/** On small screens the way between the three large lists. */
function Tabs({ current }: { current: '/' | '/local' | '/public' }) {
  const tabs = [
    ...(isSignedIn.value ? [{ label: t('nav.home'), href: '/' }] : []),
    { label: t('nav.local'), href: '/local' },
    { label: t('nav.public'), href: '/public' },
  ];
  return (
    <TabLinks
      label={t('feed.lists')}
      class={styles.tabs}
      tabs={tabs.map((tab) => ({ ...tab, isCurrent: tab.href === current }))}
    />
  );
}

function EmptyHome() {
  return (
    <EmptyNote title={t('feed.homeEmpty')} icon={<Bird size={30} aria-hidden />}>
      <p>{t('feed.homeEmptyHint')}</p>
      <p class={styles.ways}>
        <ButtonLink href="/local" look="filled">
          {t('feed.seeLocal')}
        </ButtonLink>
        <ButtonLink href="/search">{t('feed.findPeople')}</ButtonLink>
      </p>
    </EmptyNote>
  );
}

function Home() {
  return (
    <>
      <div class={styles.bar}>
        <PageHeader title={t('nav.home')} />
      </div>
      <Tabs current="/" />
      {me.value && (
        <div class={styles.write}>
          <Composer purpose={{ kind: 'new' }} isQuiet />
        </div>
      )}
      <Feed timeline={homeTimeline()} place="home" label={t('nav.home')} empty={<EmptyHome />} />
    </>
  );
}

/** `/`: the home timeline, or for a visitor what this place is. */
export function HomePage() {
  if (isSignedIn.value) return <Home />;
  return (
    <>
      <Welcome />
      <LocalList />
    </>
  );
}

function PublicFeed({ isLocal, children }: { isLocal: boolean; children?: ComponentChildren }) {
  const timeline = keptTimeline('/api/v1/timelines/public', isLocal ? { local: true } : {});
  useStream(timeline, isLocal ? 'public:local' : 'public');
  return (
    <>
      {children}
      <Feed
        timeline={timeline}
        place="public"
        label={isLocal ? t('nav.local') : t('nav.public')}
        empty={<EmptyNote title={t('feed.empty')} icon={<Users size={28} aria-hidden />} />}
      />
    </>
  );
}

function LocalList() {
  return (
    <PublicFeed isLocal>
      <h2 class={styles.heading}>{t('feed.localHere', { name: instanceTitle() })}</h2>
    </PublicFeed>
  );
}

/** `/local` */
export function LocalPage() {
  return (
    <>
      <div class={styles.bar}>
        <PageHeader title={t('nav.local')} note={t('feed.localNote', { name: instance.value?.domain ?? '' })} />
      </div>
      <Tabs current="/local" />
      <PublicFeed isLocal />
    </>
  );
}

/** `/public` */
export function PublicPage() {
  return (
    <>
      <div class={styles.bar}>
        <PageHeader title={t('nav.public')} note={t('feed.publicNote')} />
      </div>
      <Tabs current="/public" />
      <PublicFeed isLocal={false} />
    </>
  );
}

/** `/tags/:tag` */
export function TagPage({ tag }: { tag: string }) {
  const timeline = keptTimeline(`/api/v1/timelines/tag/${encodeURIComponent(tag)}`);
  useStream(timeline, 'hashtag', tag.toLowerCase());
  return (
    <>
      <PageHeader title={`#${tag}`} hasBack />
      <Feed
        timeline={timeline}
        place="public"
        label={`#${tag}`}
        empty={<EmptyNote title={t('feed.tagEmpty', { tag: `#${tag}` })} icon={<Hash size={28} aria-hidden />} />}
      />
    </>
  );
}

/** `/bookmarks` */
export function BookmarksPage() {
  const path = '/api/v1/bookmarks';
  const [timeline] = useState(() => (isReturning() ? keptTimeline(path) : renewedTimeline(path)));
  return (
    <>
      <PageHeader title={t('nav.bookmarks')} hasBack />
      <Feed
        timeline={timeline}
        label={t('nav.bookmarks')}
        empty={
          <EmptyNote title={t('feed.noBookmarks')} icon={<BookmarkX size={28} aria-hidden />}>
            {t('feed.noBookmarksHint')}
          </EmptyNote>
        }
      />
    </>
  );
}
