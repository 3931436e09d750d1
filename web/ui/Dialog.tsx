// A modal dialog on the native element: it traps focus, closes with Escape, and gives the focus back.
import { X } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { IconButton } from './Button.tsx';
import styles from './Dialog.module.css';

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** What stands at the end of the title bar, beside the close button's opposite edge. */
  action?: ComponentChildren;
  /** `sheet` fills small screens; `box` stays a box. */
  shape?: 'sheet' | 'box';
}

/** Render it to open it, remove it to close it; `onClose` is called when the person closes it. */
export function Dialog({ title, onClose, children, action, shape = 'box' }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // Removing an open dialog loses the focus that the browser would give back.
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`${styles.dialog} ${styles[shape]}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class={styles.inside}>
        <header class={styles.header}>
          <IconButton label={t('common.close')} onClick={onClose}>
            <X size={20} aria-hidden />
          </IconButton>
          <h2 id={titleId} class={styles.title}>
            {title}
          </h2>
          {action}
        </header>
        <div class={styles.body}>{children}</div>
      </div>
    </dialog>
  );
}
