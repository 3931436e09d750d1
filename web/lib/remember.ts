// A signal that survives a reload: the last known value is there before the server has answered.
import { effect, signal, type Signal } from '@preact/signals';
import { readStored, store } from './storage.ts';

/** A signal kept in the browser under `key`; null is "not known" and forgets it. */
export function remembered<T>(key: string): Signal<T | null> {
  const kept = signal<T | null>(parse<T>(readStored(key)));
  let isFirst = true;
  effect(() => {
    const { value } = kept;
    if (!isFirst) store(key, value === null ? null : JSON.stringify(value));
    isFirst = false;
  });
  return kept;
}

function parse<T>(text: string | null): T | null {
  try {
    // Only `remembered` writes under these keys, and a fresh answer replaces the value soon after.
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}
