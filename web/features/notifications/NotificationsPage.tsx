// What others did: mentions, likes, boosts, follows. Opening the page counts as having seen them.
import { useComputed } from '@preact/signals';
import { Bell } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import type { LiveList } from '#web/lib/live-list.ts';
import { LoadMore } from '#web/ui/LoadMore.tsx';
import { NewEntries, useListOnPage } from '#web/ui/NewEntries.tsx';
import { EmptyNote, FailureNote, Skeleton } from '#web/ui/Notes.tsx';
import { PageHeader, TabLinks } from '#web/ui/PageHeader.tsx';
import { groupNotifications, isNewer } from './groups.ts';
import { allNotifications, markSeen, mentions, seenUpTo, type NotificationEntry } from './notification-list.ts';
import { NotificationRow } from './NotificationRow.tsx';

function List({ list, seenBefore }: { list: LiveList<NotificationEntry>; seenBefore: string }) {
  const { entries, failure, isComplete, isLoading } = list;
  const groups = useComputed(() => groupNotifications(entries.value.map(({ notification }) => notification)));
  useListOnPage(list);
  if (!entries.value.length) {
    if (failure.value) return <FailureNote cause={failure.value} onRetry={() => void list.more()} />;
    if (isComplete.value === null) return <Skeleton />;
    return (
      <EmptyNote title={t('notifications.none')} icon={<Bell size={28} aria-hidden />}>
        {t('notifications.noneHint')}
      </EmptyNote>
    );
  }
  return (
    <>
      <NewEntries list={list} label={(count) => t('notifications.newOnes', { count })} />
      <div role="feed" aria-label={t('nav.notifications')} aria-busy={isLoading.value}>
        {groups.value.map((group) => (
          <NotificationRow key={group.id} group={group} isUnseen={isNewer(group.id, seenBefore)} />
        ))}
      </div>
      {!isComplete.value && (
        <LoadMore onMore={() => void list.more()} isLoading={isLoading.value} failure={failure.value} />
      )}
    </>
  );
}

/** `/notifications` and `/notifications/mentions` */
export function NotificationsPage({ side = 'all' }: { side?: 'all' | 'mentions' }) {
  // What was new when the page was opened stays marked while one reads.
  const seenBefore = useRef(seenUpTo.peek());
  const newest = allNotifications.entries.value[0]?.key;
  useEffect(() => {
    const mark = () => document.visibilityState === 'visible' && markSeen();
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [newest]);
  return (
    <>
      <PageHeader title={t('nav.notifications')} />
      <TabLinks
        label={t('notifications.tabs')}
        tabs={[
          { label: t('notifications.all'), href: '/notifications', isCurrent: side === 'all' },
          { label: t('notifications.mentions'), href: '/notifications/mentions', isCurrent: side === 'mentions' },
        ]}
      />
      <List key={side} list={side === 'all' ? allNotifications : mentions} seenBefore={seenBefore.current} />
    </>
  );
}
