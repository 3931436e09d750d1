// The lists of the signed-in person, kept once for all pages; and what changes them.
import { signal } from '@preact/signals';
import { get, post, request } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Account, List } from '#web/lib/wire/accounts.ts';
import { ask } from '#web/ui/Ask.tsx';

/** By title; null until they are loaded. */
export const lists = signal<List[] | null>(null);

function keep(all: List[]): void {
  lists.value = all.toSorted((one, other) => one.title.localeCompare(other.title));
}

/** @throws {ApiError} */
export async function loadLists(): Promise<void> {
  keep(await get<List[]>('/api/v1/lists'));
}

/** Makes a list with that title. @throws {ApiError} */
export async function createList(title: string): Promise<List> {
  const made = await post<List>('/api/v1/lists', { title });
  keep([...(lists.peek() ?? []), made]);
  return made;
}

/** Gives the list another title. @throws {ApiError} */
export async function renameList({ id }: List, title: string): Promise<void> {
  const changed = await request<List>('PUT', `/api/v1/lists/${id}`, { body: { title } });
  keep((lists.peek() ?? []).map((one) => (one.id === id ? changed : one)));
}

/** Asks, then removes the list. Returns whether it is gone. */
export async function removeList(list: List): Promise<boolean> {
  const { id, title } = list;
  const isSure = await ask({
    title: t('lists.removeTitle', { title }),
    text: t('lists.removeText'),
    yes: t('lists.remove'),
    isDangerous: true,
  });
  if (!isSure) return false;
  try {
    await request('DELETE', `/api/v1/lists/${id}`);
    keep((lists.peek() ?? []).filter((one) => one.id !== id));
    tell(t('lists.removed', { title }));
    return true;
  } catch (cause) {
    tellFailure(cause);
    return false;
  }
}

/** Puts an account into a list, or takes it out. @throws {ApiError} */
export async function setMember(listId: string, accountId: string, isMember: boolean): Promise<void> {
  const body = { account_ids: [accountId] };
  await request(isMember ? 'POST' : 'DELETE', `/api/v1/lists/${listId}/accounts`, { body });
}

/** The ids of those of one's lists in which an account is. @throws {ApiError} */
export async function listsWith({ id }: Account): Promise<string[]> {
  return (await get<List[]>(`/api/v1/accounts/${id}/lists`)).map((list) => list.id);
}
