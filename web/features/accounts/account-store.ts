// Finds people by their handle, and remembers them for the way back.
import { signal, type Signal } from '@preact/signals';
import { get } from '#web/lib/api.ts';
import { isNotFound } from '#web/lib/failure.ts';
import { instance } from '#web/lib/instance.ts';
import { isSignedIn } from '#web/lib/session.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import type { SearchResults } from '#web/lib/wire/search.ts';

const known = new Map<string, Signal<Account | null>>();

/** The handle as the API knows it: without the domain of this server. */
function plainHandle(handle: string): string {
  const [name = '', domain] = handle.toLowerCase().split('@');
  return domain === undefined || domain === instance.peek()?.domain.toLowerCase() ? name : `${name}@${domain}`;
}

/** The account with a handle (without the leading `@`); null until it is found. */
export function accountByHandle(handle: string): Signal<Account | null> {
  const key = plainHandle(handle);
  let kept = known.get(key);
  if (!kept) known.set(key, (kept = signal<Account | null>(null)));
  return kept;
}

/** Remembers an account that another request brought. */
export function keepAccount(account: Account): void {
  accountByHandle(account.acct).value = account;
}

/**
 * Loads an account anew; people of other servers are asked for there when this server has not met them.
 * @throws {ApiError} 404 when there is nobody of that name.
 */
export async function loadAccount(handle: string): Promise<Account> {
  const acct = plainHandle(handle);
  try {
    const account = await get<Account>('/api/v1/accounts/lookup', { acct });
    accountByHandle(handle).value = account;
    return account;
  } catch (cause) {
    if (!isNotFound(cause) || !acct.includes('@') || !isSignedIn.peek()) throw cause;
    const query = { q: `@${acct}`, type: 'accounts', resolve: true, limit: 1 };
    const [found] = (await get<SearchResults>('/api/v2/search', query)).accounts;
    if (found?.acct.toLowerCase() !== acct) throw cause;
    accountByHandle(handle).value = found;
    return found;
  }
}
