// Single-key shortcuts for the whole page. They rest while something is typed, a dialog is open or a modifier is held.
import { useEffect, useRef } from 'preact/hooks';
import { hasShortcuts } from './appearance.ts';

export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const TYPING = 'input, textarea, select, [contenteditable], [role="menu"], [role="listbox"]';

function isFree(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !hasShortcuts.peek()) return false;
  if (document.querySelector('dialog[open]')) return false;
  return !(event.target instanceof Element && event.target.closest(TYPING));
}

/** Runs the function of a key (`n`, `j`, `?` … as in `KeyboardEvent.key`) while the component is on the page. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      const run = latest.current[event.key];
      if (run && isFree(event)) run(event);
    };
    addEventListener('keydown', handle);
    return () => removeEventListener('keydown', handle);
  }, []);
}
