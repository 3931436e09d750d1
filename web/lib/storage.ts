// The browser's small store under our own prefix. A browser may refuse it (private windows): then nothing is kept.
const PREFIX = 'rookery:';

/** The stored text, or null. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Keeps a text; null forgets it. */
export function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // Nothing to mend: the app works without, it only forgets.
  }
}

/** Tells the listener when another tab changes the key. Returns the function that ends it. */
export function onStoredChange(key: string, listener: (value: string | null) => void): () => void {
  const handle = (event: StorageEvent) => {
    if (event.key === PREFIX + key) listener(event.newValue);
  };
  addEventListener('storage', handle);
  return () => removeEventListener('storage', handle);
}
