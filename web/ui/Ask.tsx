// Asks before something that cannot be undone: `await ask({...})` is true when the person says yes.
import { signal } from '@preact/signals';
import { t } from '#web/lib/i18n.ts';
import styles from './Ask.module.css';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';

interface Question {
  title: string;
  text: string;
  /** The button that does it; null where it cannot be done. */
  yes: string | null;
  /** A better way, in the first place instead of cancelling; the answer is then no. */
  instead?: { label: string; run: () => void };
  isDangerous?: boolean;
}

const asked = signal<(Question & { answer: (yes: boolean) => void }) | null>(null);

/** Puts the question on the screen; resolves with the answer, false when it is closed. */
export function ask(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

/** Where the question appears; once in the app. */
export function AskHost() {
  const question = asked.value;
  if (!question) return null;
  return (
    <Dialog title={question.title} onClose={() => question.answer(false)}>
      <p class={styles.text}>{question.text}</p>
      <div class={styles.buttons}>
        {question.instead ? (
          <Button
            look="filled"
            onClick={() => {
              question.instead?.run();
              question.answer(false);
            }}
          >
            {question.instead.label}
          </Button>
        ) : (
          <Button onClick={() => question.answer(false)}>{t('common.cancel')}</Button>
        )}
        {question.yes !== null && (
          <Button
            look={question.isDangerous ? 'danger' : question.instead ? 'plain' : 'filled'}
            onClick={() => question.answer(true)}
          >
            {question.yes}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
