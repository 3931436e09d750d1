// The person's lists, what the people in one of them write, and who these are.
import { useSignal } from '@preact/signals';
import { Ellipsis, List as ListSign, Pencil, Trash2 } from 'lucide-preact';
import { useLocation } from 'preact-iso/router';
import { useEffect, useState } from 'preact/hooks';
import { AccountList } from '#web/features/accounts/AccountList.tsx';
import { lists, loadLists, removeList, setMember } from '#web/features/lists/lists.ts';
import { NewList } from '#web/features/lists/NewList.tsx';
import { RenameList } from '#web/features/lists/RenameList.tsx';
import { t } from '#web/lib/i18n.ts';
import { isReturning } from '#web/lib/navigation.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import type { Account, List } from '#web/lib/wire/accounts.ts';
import { Button } from '#web/ui/Button.tsx';
import { LinkRow } from '#web/ui/LinkRow.tsx';
import { Menu } from '#web/ui/Menu.tsx';
import { EmptyNote, FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { PageHeader, TabLinks } from '#web/ui/PageHeader.tsx';
import { Feed } from './Feed.tsx';
import { followStream } from './live.ts';
import { keptTimeline, renewedTimeline } from './timeline.ts';
import styles from './ListPages.module.css';

/** Loads the lists when the page appears; gives what went wrong, and the way to try again. */
function useLists() {
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    loadLists().catch((cause) => (failure.value = cause));
  };
  useEffect(load, []);
  return { failure: failure.value, load };
}

/** `/lists` */
export function ListsPage() {
  const { failure, load } = useLists();
  return (
    <>
      <PageHeader title={t('nav.lists')} hasBack />
      <div class={styles.make}>
        <NewList />
      </div>
      {!lists.value && (failure ? <FailureNote cause={failure} onRetry={load} /> : <Spinner />)}
      {lists.value?.length === 0 && (
        <EmptyNote title={t('lists.none')} icon={<ListSign size={28} aria-hidden />}>
          {t('lists.noneHint')}
        </EmptyNote>
      )}
      <ul aria-label={t('nav.lists')}>
        {lists.value?.map(({ id, title }) => (
          <LinkRow key={id} href={`/lists/${id}`} icon={<ListSign size={20} aria-hidden />} title={title} />
        ))}
      </ul>
    </>
  );
}

function Posts({ list }: { list: List }) {
  const path = `/api/v1/timelines/list/${list.id}`;
  // Who is in the list may have changed since: its posts are loaded anew but on the way back.
  const [timeline] = useState(() => (isReturning() ? keptTimeline(path) : renewedTimeline(path)));
  useEffect(() => followStream(timeline, 'list', list.id), [timeline]);
  return (
    <Feed
      place="home"
      timeline={timeline}
      label={list.title}
      empty={
        <EmptyNote title={t('lists.noPosts')} icon={<ListSign size={28} aria-hidden />}>
          {t('lists.addHint')}
        </EmptyNote>
      }
    />
  );
}

function People({ list }: { list: List }) {
  const remove = (account: Account, onDone: () => void) => {
    setMember(list.id, account.id, false).then(onDone).catch(tellFailure);
  };
  return (
    <AccountList
      path={`/api/v1/lists/${list.id}/accounts`}
      label={t('lists.people')}
      actions={(account, onDone) => (
        <Button
          size="small"
          aria-label={t('lists.takeOutName', { name: `@${account.acct}` })}
          onClick={() => remove(account, onDone)}
        >
          {t('lists.takeOut')}
        </Button>
      )}
      empty={<EmptyNote title={t('lists.nobody')}>{t('lists.addHint')}</EmptyNote>}
    />
  );
}

/** `/lists/:id` and `/lists/:id/people` */
export function ListPage({ id, side }: { id: string; side: 'posts' | 'people' }) {
  const { failure, load } = useLists();
  const { route } = useLocation();
  const isRenaming = useSignal(false);
  const list = lists.value?.find((one) => one.id === id);
  if (!list) {
    return (
      <>
        <PageHeader title={t('nav.lists')} hasBack />
        {failure ? (
          <FailureNote cause={failure} onRetry={load} />
        ) : lists.value ? (
          <EmptyNote title={t('lists.gone')} />
        ) : (
          <Spinner />
        )}
      </>
    );
  }
  const remove = async () => {
    if (await removeList(list)) route('/lists', true);
  };
  const renaming = {
    label: t('lists.rename'),
    icon: <Pencil size={18} aria-hidden />,
    run: () => (isRenaming.value = true),
  };
  const removing = {
    label: t('lists.remove'),
    icon: <Trash2 size={18} aria-hidden />,
    isDangerous: true,
    run: () => void remove(),
  };
  return (
    <>
      <PageHeader title={list.title} hasBack>
        <Menu label={t('lists.menu')} class={styles.menu ?? ''} items={[renaming, removing]}>
          <Ellipsis size={20} aria-hidden />
        </Menu>
      </PageHeader>
      <TabLinks
        label={list.title}
        tabs={[
          { label: t('accounts.posts'), href: `/lists/${id}`, isCurrent: side === 'posts' },
          { label: t('lists.people'), href: `/lists/${id}/people`, isCurrent: side === 'people' },
        ]}
      />
      {isRenaming.value && <RenameList list={list} onClose={() => (isRenaming.value = false)} />}
      {side === 'posts' ? <Posts list={list} /> : <People list={list} />}
    </>
  );
}
