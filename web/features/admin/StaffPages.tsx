// `/settings/server/…`: one page for each thing that the staff looks after.
import type { ComponentType } from 'preact';
import { t } from '#web/lib/i18n.ts';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { PageHeader } from '#web/ui/PageHeader.tsx';
import { BlocksPage } from './BlocksPage.tsx';
import { EmojisPage } from './EmojisPage.tsx';
import { HostsPage } from './HostsPage.tsx';
import { RelaysPage } from './RelaysPage.tsx';
import { staffPages, type PAGES } from './staff-pages.ts';
import { say } from './staff-words.ts';

/** Each draws what stands under its header. */
const SIDES: Record<(typeof PAGES)[number]['name'], ComponentType<{ side: string }>> = {
  blocks: BlocksPage,
  emojis: EmojisPage,
  relays: RelaysPage,
  hosts: HostsPage,
};

/** `page` and `side` as they stand in the address. */
export function StaffPage({ page, side }: { page: string; side: string }) {
  const found = staffPages().find(({ name }) => name === page);
  if (!found) {
    return (
      <>
        <PageHeader title={t('settings.server')} hasBack />
        <EmptyNote title={t('settings.notYours')} />
      </>
    );
  }
  const Side = SIDES[found.name];
  return (
    <>
      <PageHeader title={say(`${found.name}.title`)} hasBack />
      <Side side={side} />
    </>
  );
}
