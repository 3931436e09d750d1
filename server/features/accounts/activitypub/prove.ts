// What we say to everybody bears a proof that it is ours, so that others may pass it on. What is not for everybody bears none: whoever
// got it could prove it to others.
import type { AppContext } from '#server/context.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { audienceOf, publicAudience, type Json } from '#server/platform/fediverse/json.ts';
import { importPrivateKey } from '#server/platform/fediverse/keys.ts';
import { withProof } from '#server/platform/fediverse/proofs/integrity-proof.ts';
import { withLinkedSignature } from '#server/platform/fediverse/proofs/linked-signature.ts';
import { withProofWords } from '#server/platform/fediverse/vocabulary.ts';

export interface Proving {
  activity: Json;
  senderId: string;
  /** A statement that selects `inbox_url`: nothing is proven to nobody. */
  inboxes: RawBuilder<unknown>;
  /**
   * `post`: others pass it on by either kind of proof. `answer`: the server of what is answered passes it on by its signature of linked data,
   * if nothing is in it that it does not know. `other`: a proof inside is all that it needs.
   */
  kind: 'post' | 'answer' | 'other';
}

/** The activity with its proofs, if it is for everybody and anybody gets it; made once for all of them. */
export async function prove(ctx: AppContext, { activity, senderId, inboxes, kind }: Proving): Promise<Json> {
  const { to, cc } = audienceOf(activity);
  if (![...to, ...cc].includes(publicAudience) || !(await anybody(ctx, inboxes))) return activity;
  const keys = await readKeys(ctx, senderId);
  if (keys === null) return activity;
  const proven = kind === 'answer' || keys.ed === null ? activity : withProof(inWords(activity), keys.ed, ctx.clock());
  if (kind === 'other') return proven;
  try {
    return await withLinkedSignature(proven, keys.rsa, ctx.clock());
  } catch (error) {
    ctx.log.warn({ err: error, activity: activity['id'] }, 'an activity is sent without a signature of linked data');
    return proven;
  }
}

function inWords(activity: Json): Json {
  // Members without a value are none when it is sent.
  return JSON.parse(JSON.stringify({ ...activity, '@context': withProofWords(activity['@context']) }));
}

async function anybody(ctx: AppContext, inboxes: RawBuilder<unknown>): Promise<boolean> {
  const { rows } = await sql`select from (${inboxes}) found where found.inbox_url is not null limit 1`.execute(
    ctx.database.read,
  );
  return rows.length > 0;
}

async function readKeys(ctx: AppContext, accountId: string) {
  const row = await ctx.database.read
    .selectFrom('account_keys')
    .select(['key_id', 'rsa_private', 'ed_key_id', 'ed_private'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined || row.rsa_private === null) return null;
  const { key_id: keyId, ed_key_id: edKeyId, ed_private: edPrivate } = row;
  return {
    rsa: { keyId, privateKey: importPrivateKey(row.rsa_private) },
    ed: edKeyId === null || edPrivate === null ? null : { keyId: edKeyId, privateKey: importPrivateKey(edPrivate) },
  };
}
