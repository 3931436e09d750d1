// The button that brings what arrived above while the reader was further down.
import { ArrowUp } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { showList, type LiveList } from '#web/lib/live-list.ts';
import { isReturning, scrollToTop } from '#web/lib/navigation.ts';
import { announce } from '#web/lib/toasts.ts';
import styles from './NewEntries.module.css';

/** Loads a list when it comes onto the page, or what it missed; lets its news appear while it is there. */
export function useListOnPage<E>(list: LiveList<E>): void {
  const cameBack = useRef(isReturning());
  useEffect(() => {
    const leave = showList(list);
    if (list.isComplete.peek() === null) void list.more();
    else void list.catchUp(cameBack.current ? undefined : true);
    return leave;
  }, [list]);
}

interface Props<E> {
  list: LiveList<E>;
  label: (count: number) => string;
}

/** Shows how many entries wait, and brings them with the reader to the top. */
export function NewEntries<E>({ list, label }: Props<E>) {
  const count = list.waiting.value.length;
  useEffect(() => {
    if (count > 0) announce(label(count));
  }, [count]);
  const show = () => {
    list.showWaiting();
    scrollToTop();
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('main [data-post]')?.focus({ preventScroll: true }),
    );
  };
  return (
    <div class={styles.news}>
      {count > 0 && (
        <button type="button" class={styles.pill} onClick={show}>
          <ArrowUp size={16} aria-hidden />
          {label(count)}
        </button>
      )}
    </div>
  );
}
