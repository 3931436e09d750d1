// Which file of which draft is being described.
import { signal } from '@preact/signals';
import type { MediaList } from './draft-media.ts';

export interface Describing {
  list: MediaList;
  key: string;
}

/** What the dialog shows; null while it is closed. */
export const describing = signal<Describing | null>(null);

/** Opens the dialog for one file. */
export function openDescriber(list: MediaList, key: string): void {
  describing.value = { list, key };
}
