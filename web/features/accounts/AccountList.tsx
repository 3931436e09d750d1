// A list of people that goes on by pages.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { requestPage } from '#web/lib/api.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { LoadMore } from '#web/ui/LoadMore.tsx';
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
  const accounts = useSignal<Account[]>([]);
  const next = useSignal<string | null>(path);
  const isLoading = useSignal(false);
  const failure = useSignal<unknown>(null);
  const load = async () => {
    const from = next.peek();
    if (!from || isLoading.peek()) return;
    isLoading.value = true;
    failure.value = null;
    try {
      const page = await requestPage<Account>(from);
      onPage?.(page.items);
      accounts.value = [...accounts.peek(), ...page.items];
      next.value = page.next;
    } catch (cause) {
      failure.value = cause;
    }
    isLoading.value = false;
  };
  useEffect(() => void load(), []);
  if (failure.value && !accounts.value.length) return <FailureNote cause={failure.value} onRetry={() => void load()} />;
  if (!accounts.value.length) return next.value === null ? empty : <Spinner />;
  return (
    <>
      <ul aria-label={label}>
        {accounts.value.map((account) => (
          <li key={account.id}>
            <AccountRow account={account}>
              {actions?.(account, () => (accounts.value = accounts.peek().filter((one) => one !== account)))}
            </AccountRow>
          </li>
        ))}
      </ul>
      {next.value && <LoadMore onMore={() => void load()} isLoading={isLoading.value} failure={failure.value} />}
    </>
  );
}
