// Walking through collections of other servers: pages one after the other, within bounds, never in a circle.
import { asList, asObject, asOnlyId, isSameHost, typeOf, type Json } from '#server/platform/fediverse/json.ts';

/** The most that is read of one collection. */
export const collectionLimits = { pages: 10, items: 1000 } as const;

/** Gives a document, or null when it cannot be had. */
export type Load = (uri: string) => Promise<Json | null>;

const collections: ReadonlySet<string | null> = new Set(['Collection', 'OrderedCollection']);
const pages: ReadonlySet<string | null> = new Set(['CollectionPage', 'OrderedCollectionPage']);

/**
 * The items of a collection that stands in a document of `owner` (an address), whole or by its address: what the collection holds
 * itself, then its pages. Only pages on the owner's host are asked for.
 */
export async function* itemsOf(
  value: unknown,
  owner: string,
  load: Load,
  most: { pages: number; items: number } = collectionLimits,
): AsyncGenerator<unknown> {
  const asked = new Set<string>();
  let left = most.items;
  const fetched = async (address: unknown): Promise<Json | null> => {
    const uri = asOnlyId(address);
    if (uri === null || !isSameHost(uri, owner) || asked.has(uri) || asked.size >= most.pages) return null;
    asked.add(uri);
    return load(uri);
  };
  // One that is written out, or only its address.
  const open = async (part: unknown): Promise<Json | null> => {
    const written = asObject(part);
    return written !== null && hasContent(written) ? written : fetched(part);
  };
  const collection = await open(value);
  if (collection === null || !collections.has(typeOf(collection))) return;
  for (let page: Json | null = collection; page !== null && left > 0;) {
    for (const item of itemsIn(page).slice(0, left)) {
      left -= 1;
      yield item;
    }
    const next: Json | null = await open(page === collection ? page['first'] : page['next']);
    page = next !== null && pages.has(typeOf(next)) ? next : null;
  }
}

function hasContent(part: Json): boolean {
  return ['items', 'orderedItems', 'first', 'next'].some((key) => part[key] !== undefined);
}

function itemsIn(page: Json): unknown[] {
  return [...asList(page['orderedItems']), ...asList(page['items'])];
}
