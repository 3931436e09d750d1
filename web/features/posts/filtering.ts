// What the reader's filters mean for a post, by the place where it is shown.
import { createContext } from 'preact';
import type { FilterPlace, Status } from '#web/lib/wire/posts.ts';

/** Where the posts below are shown; null where nothing is filtered, such as one's bookmarks. */
export const Place = createContext<FilterPlace | null>(null);

export interface Verdict {
  action: 'hide' | 'warn' | 'blur';
  /** The names of the filters that say so. */
  titles: string;
}

const GRAVEST_FIRST = ['hide', 'warn', 'blur'] as const;

/** The gravest of what the filters for that place want; null when none of them matches. */
export function verdictOn({ filtered = [] }: Pick<Status, 'filtered'>, place: FilterPlace | null): Verdict | null {
  const matching = filtered.map(({ filter }) => filter).filter(({ context }) => place && context.includes(place));
  for (const action of GRAVEST_FIRST) {
    const titles = matching.filter((filter) => filter.filter_action === action).map(({ title }) => title);
    if (titles.length) return { action, titles: titles.join(', ') };
  }
  return null;
}
