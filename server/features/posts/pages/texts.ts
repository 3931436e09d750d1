// The kept texts of posts and accounts (ctx.fragments): what is missing is read in one statement and kept.
import type { AppContext } from '#server/context.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { loadAccounts } from '#server/features/accounts/queries.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { accountFragment } from '../service/forget.ts';

/** Accounts as JSON texts, by id; those that are suspended or gone are left out, and with them what they wrote. */
export async function renderAccounts(ctx: AppContext, ids: Iterable<string>): Promise<Map<string, string>> {
  const texts = await loadTexts(ctx, new Set(ids), accountFragment, async (missing) => {
    const accounts = await loadAccounts(ctx, missing);
    return accounts.map((account) => [
      account.id,
      isActive(account) ? JSON.stringify(serializeAccount(account, ctx)) : '',
    ]);
  });
  return new Map([...texts].filter(([, text]) => text !== ''));
}

/** Texts by id, from the kept ones and, for the missing, from `load`. What is read before a change is not kept after it. */
export async function loadTexts(
  ctx: AppContext,
  ids: ReadonlySet<string>,
  keyOf: (id: string) => string,
  load: (missing: string[]) => Promise<Array<[id: string, text: string]>>,
): Promise<Map<string, string>> {
  const { fragments } = ctx;
  const found = new Map<string, string>();
  const missing: string[] = [];
  for (const id of ids) {
    const text = fragments.get(keyOf(id));
    if (text === undefined) missing.push(id);
    else found.set(id, text);
  }
  if (missing.length === 0) return found;
  const since = fragments.mark();
  for (const [id, text] of await load(missing)) {
    fragments.set(keyOf(id), text, since);
    found.set(id, text);
  }
  return found;
}
