// How the reader stands to other people, kept once for all pages; and what changes it.
import { signal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { requireSignIn } from '#web/features/auth/sign-in-prompt.ts';
import { get, post } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { isSignedIn, me } from '#web/lib/session.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Account, Relationship } from '#web/lib/wire/accounts.ts';
import { ask } from '#web/ui/Ask.tsx';

const known = new Map<string, Signal<Relationship | null>>();
let wanted = new Set<string>();

/** The signal for an account; null until it is loaded. */
export function relationshipWith(id: string): Signal<Relationship | null> {
  let kept = known.get(id);
  if (!kept) known.set(id, (kept = signal<Relationship | null>(null)));
  return kept;
}

function keep(relationship: Relationship): void {
  relationshipWith(relationship.id).value = relationship;
}

async function loadWanted(): Promise<void> {
  const ids = [...wanted];
  wanted = new Set();
  try {
    const found = await get<Relationship[]>('/api/v1/accounts/relationships', { id: ids });
    for (const relationship of found) keep(relationship);
  } catch {
    // The buttons stay away; the next page that shows these people asks again.
  }
}

/** Loads relationships that are not known yet; calls of the same moment share one request. */
export function wantRelationships(ids: readonly string[]): void {
  if (!isSignedIn.peek()) return;
  const missing = ids.filter((id) => id !== me.peek()?.id && !relationshipWith(id).peek());
  if (!missing.length) return;
  if (!wanted.size) queueMicrotask(() => void loadWanted());
  for (const id of missing) wanted.add(id);
}

/** The relationship with an account, loaded when needed. */
export function useRelationship(id: string): Relationship | null {
  useEffect(() => wantRelationships([id]), [id]);
  return relationshipWith(id).value;
}

const hiddenListeners = new Set<(accountId: string) => void>();

/** Hears of accounts that the reader just blocked or muted. */
export function onHidden(listener: (accountId: string) => void): () => void {
  hiddenListeners.add(listener);
  return () => hiddenListeners.delete(listener);
}

type Verb = 'follow' | 'unfollow' | 'block' | 'unblock' | 'mute' | 'unmute';

async function change(account: Account, verb: Verb, guess: Partial<Relationship>): Promise<boolean> {
  const kept = relationshipWith(account.id);
  const before = kept.peek();
  if (before) kept.value = { ...before, ...guess };
  try {
    keep(await post<Relationship>(`/api/v1/accounts/${account.id}/${verb}`));
    if (verb === 'block' || verb === 'mute') for (const listener of hiddenListeners) listener(account.id);
    return true;
  } catch (cause) {
    kept.value = before;
    tellFailure(cause);
    return false;
  }
}

const ANSWER_AFTER_MS = [1500, 4000, 10_000, 30_000];

/** Other servers answer a follow in their own time: looks again a few times until they have. */
async function awaitAnswer(account: Account): Promise<void> {
  for (const wait of ANSWER_AFTER_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (!relationshipWith(account.id).peek()?.requested) return;
    const found = await get<Relationship[]>('/api/v1/accounts/relationships', { id: [account.id] }).catch(() => []);
    found.forEach(keep);
  }
}

/** Follows at once, or asks when the account is locked. */
export async function follow(account: Account): Promise<void> {
  if (!requireSignIn()) return;
  const isDone = await change(account, 'follow', account.locked ? { requested: true } : { following: true });
  if (isDone && !account.locked) void awaitAnswer(account);
}

/** Also takes back a request. */
export async function unfollow(account: Account): Promise<void> {
  await change(account, 'unfollow', { following: false, requested: false });
}

/** Asks first: a block also ends the follows between the two. */
export async function block(account: Account): Promise<void> {
  if (!requireSignIn()) return;
  const name = `@${account.acct}`;
  const isSure = await ask({
    title: t('graph.blockTitle', { name }),
    text: t('graph.blockText'),
    yes: t('graph.block'),
    isDangerous: true,
  });
  if (!isSure) return;
  const guess = { blocking: true, following: false, followed_by: false, requested: false };
  if (await change(account, 'block', guess)) tell(t('graph.blocked', { name }));
}

/** Lets the two see each other again. */
export async function unblock(account: Account): Promise<void> {
  await change(account, 'unblock', { blocking: false });
}

/** Hides what the account posts from the reader, with a way back in the notice. */
export async function mute(account: Account): Promise<void> {
  if (!requireSignIn()) return;
  const undo = { label: t('common.undo'), run: () => void unmute(account) };
  if (await change(account, 'mute', { muting: true }))
    tell(t('graph.muted', { name: `@${account.acct}` }), { action: undo });
}

/** Ends a mute. */
export async function unmute(account: Account): Promise<void> {
  await change(account, 'unmute', { muting: false, muting_notifications: false });
}
