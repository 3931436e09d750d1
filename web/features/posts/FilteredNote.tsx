// What stands in the place of a post that one of the reader's filters warns of.
import { Funnel } from 'lucide-preact';
import { t } from '#web/lib/i18n.ts';
import { Button } from '#web/ui/Button.tsx';
import styles from './FilteredNote.module.css';

/** "Filtered: title", and the way to see it all the same. */
export function FilteredNote({ titles, onShow }: { titles: string; onShow: () => void }) {
  return (
    <div class={styles.note}>
      <Funnel size={17} aria-hidden class={styles.sign} />
      <p class={styles.words}>{t('post.filtered', { titles })}</p>
      <Button
        size="small"
        look="quiet"
        data-reveals
        onClick={({ currentTarget }) => {
          // The button goes: its post takes the focus.
          currentTarget.closest('article')?.focus({ preventScroll: true });
          onShow();
        }}
      >
        {t('post.showAnyway')}
      </Button>
    </div>
  );
}
