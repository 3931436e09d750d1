// The frame of all pages about one person: finds them, and says so when there is nobody of that name.
import { useSignal } from '@preact/signals';
import { UserX } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { isNotFound } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { EmptyNote, FailureNote, Skeleton } from '#web/ui/Notes.tsx';
import { PageHeader } from '#web/ui/PageHeader.tsx';
import { accountByHandle, loadAccount } from './account-store.ts';

interface Props {
  /** Without the leading `@`. */
  handle: string;
  children: (account: Account) => ComponentChildren;
}

/** Renders `children` once the person is found. */
export function AccountPage({ handle, children }: Props) {
  const account = accountByHandle(handle).value;
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    loadAccount(handle).catch((cause) => (failure.value = cause));
  };
  useEffect(load, [handle]);
  if (account) return <>{children(account)}</>;
  return (
    <>
      <PageHeader title={`@${handle}`} hasBack />
      {isNotFound(failure.value) ? (
        <EmptyNote title={t('accounts.notFound', { handle: `@${handle}` })} icon={<UserX size={28} aria-hidden />}>
          {t('accounts.notFoundHint')}
        </EmptyNote>
      ) : failure.value ? (
        <FailureNote cause={failure.value} onRetry={load} />
      ) : (
        <Skeleton />
      )}
    </>
  );
}
