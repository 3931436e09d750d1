// A list of people that goes on by pages.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { pagedList } from '#web/lib/paged-list.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { Pages } from '#web/ui/Pages.tsx';
import { AccountRow } from './AccountRow.tsx';

interface Props {
  path: string;
  /** The list's name for screen readers. */
  label: string;
  empty: ComponentChildren;
  /** Called with each page, for example to load relationships. */
  onPage?: (accounts: Account[]) => void;
  actions?: (account: Account, remove: () => void) => ComponentChildren;
}

/** Loads the first page when it appears, further ones as the reader comes to them. */
export function AccountList({ path, label, empty, onPage, actions }: Props) {
  const [list] = useState(() => pagedList<Account>(path, onPage));
  useEffect(() => void list.more(), []);
  return (
    <Pages
      list={list}
      label={label}
      empty={empty}
      row={(account) => (
        <li key={account.id}>
          <AccountRow account={account}>{actions?.(account, () => list.replace(account))}</AccountRow>
        </li>
      )}
    />
  );
}
