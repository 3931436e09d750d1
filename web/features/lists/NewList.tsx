// The line in which a list is made: its title, and the button.
import { useSignal } from '@preact/signals';
import { failureText } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import type { List } from '#web/lib/wire/accounts.ts';
import { Button } from '#web/ui/Button.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { createList } from './lists.ts';
import styles from './Lists.module.css';

/** Keeps what was typed until the list is there. */
export function NewList({ onMade }: { onMade?: (list: List) => void }) {
  const title = useSignal('');
  const problem = useSignal('');
  const isBusy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.peek() || !title.peek().trim()) return;
    isBusy.value = true;
    problem.value = '';
    try {
      const made = await createList(title.peek().trim());
      title.value = '';
      onMade?.(made);
    } catch (cause) {
      problem.value = failureText(cause);
    }
    isBusy.value = false;
  };
  return (
    <form class={styles.make} onSubmit={(event) => void submit(event)}>
      <TextField
        label={t('lists.newTitle')}
        value={title.value}
        onValue={(value) => (title.value = value)}
        problem={problem.value}
        maxLength={100}
      />
      <Button type="submit" disabled={!title.value.trim()} isBusy={isBusy.value}>
        {t('lists.make')}
      </Button>
    </form>
  );
}
