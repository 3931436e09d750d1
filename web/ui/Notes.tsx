// What a page says when it waits, has nothing, or failed; the last always with a way to try again.
import { CloudOff } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { failureText } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import { Button } from './Button.tsx';
import styles from './Notes.module.css';

/** A turning ring. */
export function Spinner({ label = t('common.loading') }: { label?: string }) {
  return (
    <div class={styles.spinner} role="status">
      <span class={styles.ring} aria-hidden />
      <span class="only-read">{label}</span>
    </div>
  );
}

/** Grey shapes where posts will be, so that the page does not jump. */
export function Skeleton({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status">
      <span class="only-read">{t('common.loading')}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class={styles.skeleton} aria-hidden>
          <span class={styles.face} />
          <span class={styles.lines}>
            <span />
            <span />
            <span />
          </span>
        </div>
      ))}
    </div>
  );
}

/** Says that there is nothing, and what could be done about it. */
export function EmptyNote({
  title,
  children,
  icon,
}: {
  title: string;
  children?: ComponentChildren;
  icon?: ComponentChildren;
}) {
  return (
    <div class={styles.note}>
      {icon && <div class={styles.icon}>{icon}</div>}
      <p class={styles.title}>{title}</p>
      {children && <div class={styles.text}>{children}</div>}
    </div>
  );
}

interface ProblemProps {
  text: string | undefined;
  /** It stood there before: nobody is interrupted by it. */
  isKnown?: boolean;
}

/** What is wrong with a form as a whole; nothing while nothing is. */
export function Problem({ text, isKnown = false }: ProblemProps) {
  if (!text) return null;
  return (
    <p class={styles.problem} role={isKnown ? undefined : 'alert'}>
      {text}
    </p>
  );
}

/** Says what went wrong, with a button that tries again. */
export function FailureNote({ cause, onRetry }: { cause: unknown; onRetry: () => void }) {
  return (
    <div class={styles.note} role="alert">
      <div class={styles.icon}>
        <CloudOff size={28} aria-hidden />
      </div>
      <p class={styles.title}>{failureText(cause)}</p>
      <Button onClick={onRetry}>{t('common.retry')}</Button>
    </div>
  );
}
