// The dialog in which a list gets another title.
import { useSignal } from '@preact/signals';
import { useForm } from '#web/features/auth/use-form.ts';
import { t } from '#web/lib/i18n.ts';
import type { List } from '#web/lib/wire/accounts.ts';
import { Button } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { renameList } from './lists.ts';
import styles from './Lists.module.css';

/** Stays open with what was typed when the server refuses. */
export function RenameList({ list, onClose }: { list: List; onClose: () => void }) {
  const title = useSignal(list.title);
  const form = useForm(async () => {
    await renameList(list, title.peek().trim());
    onClose();
  });
  return (
    <Dialog title={t('lists.rename')} onClose={onClose}>
      <form class={styles.rename} onSubmit={form.send}>
        <TextField
          label={t('lists.title')}
          value={title.value}
          onValue={(value) => (title.value = value)}
          problem={form.problem.value || form.fields.value['title']}
          maxLength={100}
          required
          autofocus
        />
        <Button type="submit" look="filled" disabled={!title.value.trim()} isBusy={form.isBusy.value}>
          {t('lists.saveTitle')}
        </Button>
      </form>
    </Dialog>
  );
}
