// Short notices at the edge of the page, and words for screen readers alone.
import { signal } from '@preact/signals';
import { failureText } from './failure.ts';

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'failed';
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 6000;
let lastId = 0;

export const toasts = signal<Toast[]>([]);
/** What the polite live region says. */
export const announcement = signal('');

/** Takes a notice away. */
export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Shows a notice for some seconds; one with something to do stays until it is done or closed. */
export function tell(text: string, options: Partial<Pick<Toast, 'kind' | 'action'>> = {}): void {
  const toast: Toast = { id: ++lastId, text, kind: 'done', ...options };
  toasts.value = [...toasts.value.slice(-2), toast];
  if (!toast.action) setTimeout(() => dismissToast(toast.id), SHOWN_MS);
}

/** Shows what went wrong; with `retry` it offers to try again. */
export function tellFailure(cause: unknown, retry?: { label: string; run: () => void }): void {
  tell(failureText(cause), { kind: 'failed', action: retry });
}

/** Says a text to screen readers without showing it. */
export function announce(text: string): void {
  announcement.value = '';
  requestAnimationFrame(() => (announcement.value = text));
}
