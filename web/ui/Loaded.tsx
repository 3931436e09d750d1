// What a page shows once it is there: it is fetched when the page appears, and until then the page says that it waits or why not.
import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { FailureNote, Spinner } from './Notes.tsx';

export interface Loaded<T> {
  /** Null until it is there. */
  value: Signal<T | null>;
  failure: ReadonlySignal<unknown>;
  /** Fetches it anew; what is there stays until then, and when that fails. */
  load: () => void;
}

/** Fetches something when the page appears. */
export function useLoaded<T>(fetch: () => Promise<T>): Loaded<T> {
  const value = useSignal<T | null>(null);
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    fetch().then(
      (found) => (value.value = found),
      (cause) => (failure.value = cause),
    );
  };
  useEffect(load, []);
  return { value, failure, load };
}

/** Stands in its place while it is not there. */
export function Waiting({ of: { failure, load } }: { of: Pick<Loaded<unknown>, 'failure' | 'load'> }) {
  return failure.value ? <FailureNote cause={failure.value} onRetry={load} /> : <Spinner />;
}
