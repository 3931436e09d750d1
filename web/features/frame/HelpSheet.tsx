// The sheet with the keys, opened by "?".
import { signal } from '@preact/signals';
import { t, type MessageKey } from '#web/lib/i18n.ts';
import { Dialog } from '#web/ui/Dialog.tsx';
import styles from './HelpSheet.module.css';

const isOpen = signal(false);

/** Puts the sheet on the screen. */
export function openHelp(): void {
  isOpen.value = true;
}

const KEYS: readonly [string[], MessageKey][] = [
  [['n'], 'help.new'],
  [['j'], 'help.next'],
  [['k'], 'help.previous'],
  [['Enter'], 'help.open'],
  [['r'], 'help.reply'],
  [['l'], 'help.like'],
  [['b'], 'help.boost'],
  [['x'], 'help.warning'],
  [['/'], 'help.search'],
  [['g', 'h'], 'help.home'],
  [['g', 'n'], 'help.notifications'],
  [['Ctrl', 'Enter'], 'help.send'],
  [['Esc'], 'help.close'],
  [['?'], 'help.help'],
];

/** Once in the app. */
export function HelpSheetHost() {
  if (!isOpen.value) return null;
  return (
    <Dialog title={t('help.title')} onClose={() => (isOpen.value = false)}>
      <dl class={styles.keys}>
        {KEYS.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
