// In which of the reader's lists a person is: a dialog with a switch for each list.
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { Dialog } from '#web/ui/Dialog.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { Switch } from '#web/ui/TextField.tsx';
import { lists, listsWith, loadLists, setMember } from './lists.ts';
import { NewList } from './NewList.tsx';
import styles from './Lists.module.css';

const shown = signal<Account | null>(null);

/** Puts the dialog about a person on the screen. */
export function openMembership(account: Account): void {
  shown.value = account;
}

function Choices({ account }: { account: Account }) {
  const joined = useSignal<string[] | null>(null);
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    Promise.all([listsWith(account), loadLists()])
      .then(([ids]) => (joined.value = ids))
      .catch((cause) => (failure.value = cause));
  };
  useEffect(load, []);
  const change = async (listId: string, isMember: boolean) => {
    const without = (joined.peek() ?? []).filter((id) => id !== listId);
    joined.value = isMember ? [...without, listId] : without;
    try {
      await setMember(listId, account.id, isMember);
    } catch (cause) {
      joined.value = isMember ? without : [...without, listId];
      tellFailure(cause);
    }
  };
  if (failure.value) return <FailureNote cause={failure.value} onRetry={load} />;
  const chosen = joined.value;
  if (!chosen || !lists.value) return <Spinner />;
  return (
    <div class={styles.choices}>
      {lists.value.length === 0 && <p>{t('lists.noneHint')}</p>}
      {lists.value.map(({ id, title }) => (
        <Switch key={id} label={title} isOn={chosen.includes(id)} onChange={(isOn) => void change(id, isOn)} />
      ))}
      <NewList onMade={({ id }) => void change(id, true)} />
    </div>
  );
}

/** Where the dialog appears; once in the app. */
export function ListMembershipHost() {
  const account = shown.value;
  if (!account) return null;
  return (
    <Dialog title={t('lists.membersOf', { name: `@${account.acct}` })} onClose={() => (shown.value = null)}>
      <Choices account={account} />
    </Dialog>
  );
}
