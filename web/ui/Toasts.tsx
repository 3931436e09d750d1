// Where notices appear, and the live regions that read them out. Once in the app.
import { CircleAlert, CircleCheck, X } from 'lucide-preact';
import { t } from '#web/lib/i18n.ts';
import { announcement, dismissToast, toasts, type Toast } from '#web/lib/toasts.ts';
import { IconButton } from './Button.tsx';
import styles from './Toasts.module.css';

function Notice({ toast }: { toast: Toast }) {
  const { action } = toast;
  return (
    <div class={styles.toast}>
      {toast.kind === 'failed' ? (
        <CircleAlert size={20} aria-hidden class={styles.failed} />
      ) : (
        <CircleCheck size={20} aria-hidden class={styles.done} />
      )}
      <p class={styles.text}>{toast.text}</p>
      {action && (
        <button
          type="button"
          class={styles.action}
          onClick={() => {
            dismissToast(toast.id);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton label={t('common.dismiss')} onClick={() => dismissToast(toast.id)}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

/** All notices of the moment. */
export function Toasts() {
  const of = (kind: Toast['kind']) =>
    toasts.value.filter((toast) => toast.kind === kind).map((toast) => <Notice key={toast.id} toast={toast} />);
  return (
    <div class={styles.stack}>
      <div role="status">{of('done')}</div>
      <div role="alert">{of('failed')}</div>
      <div class="only-read" aria-live="polite">
        {announcement.value}
      </div>
    </div>
  );
}
