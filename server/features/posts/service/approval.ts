// Answers and boosts that wait until the author of the other post allows them: which do, and what follows when they may be seen.
import type { AppContext } from '#server/context.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { sql, type RawBuilder, type Transaction } from '#server/platform/database.ts';
import type { InteractionRules } from '../entities.ts';
import { awaitedFor } from '../policy/interaction.ts';
import { forget } from './forget.ts';
import { countAround } from './count.ts';

/** What is answered. */
interface Answered {
  id: string;
  accountId: string;
  interactionRules: InteractionRules | null;
  awaitsId: string | null;
}

/** A new answer by somebody of another server. */
interface Answer {
  accountId: string;
  visibility: Visibility;
  parent: Answered | null;
}

/** For each of these answers whose leave it has to wait for, or null. No statement for answers to what restricts nothing. */
export async function findAwaited(tx: Transaction, answers: readonly Answer[]): Promise<Array<string | null>> {
  const ruled = answers.flatMap(({ accountId, parent }) =>
    parent?.interactionRules?.reply === undefined ? [] : [{ accountId, parentId: parent.id }],
  );
  const facts = ruled.length === 0 ? new Map<string, Facts>() : await readFacts(tx, ruled);
  const unknown = { follows: false, mentioned: false };
  return answers.map((answer) => {
    const { parent } = answer;
    return parent && awaitedFor(answer, parent, facts.get(`${answer.accountId} ${parent.id}`) ?? unknown);
  });
}

interface Facts {
  follows: boolean;
  mentioned: boolean;
}

/** How an account stands to the author of a post, as far as we know, and whether the post names it. Both are expressions. */
function factColumns(account: RawBuilder<unknown>, post: string): RawBuilder<unknown> {
  return sql`exists (select from follows f where f.follower_id = ${account} and f.followee_id = ${sql.ref(`${post}.account_id`)}
      and f.state = 'accepted') as follows,
    exists (select from mentions m where m.post_id = ${sql.ref(`${post}.id`)} and m.account_id = ${account}) as mentioned`;
}

async function readFacts(
  tx: Transaction,
  asked: ReadonlyArray<{ accountId: string; parentId: string }>,
): Promise<Map<string, Facts>> {
  const { rows } = await sql<Facts & { account_id: string; parent_id: string }>`
    select w.account_id, w.parent_id, ${factColumns(sql.ref('w.account_id'), 'p')}
    from unnest(${asked.map(({ accountId }) => accountId)}::bigint[], ${asked.map(({ parentId }) => parentId)}::bigint[])
      as w (account_id, parent_id) join posts p on p.id = w.parent_id`.execute(tx.sql);
  return new Map(rows.map((row) => [`${row.account_id} ${row.parent_id}`, row]));
}

/** Makes answers wait that were there before what they answer. */
export async function holdBack(tx: Transaction, postIds: readonly string[], awaitsId: string): Promise<void> {
  await sql`update posts set awaits_id = ${awaitsId} where id = any(${postIds}::bigint[])`.execute(tx.sql);
  for (const postId of postIds) await tx.emit('reply.unproven', { postId, wasShown: true });
}

/** An author's leave that came after the answer: it is looked at. A wrong one changes nothing. */
export async function noteApproval(
  tx: Transaction,
  post: { id: string; awaits_id: string | null },
  approvalUri: string | null,
): Promise<void> {
  if (post.awaits_id === null || approvalUri === null) return;
  await sql`update posts set approved_by = ${approvalUri} where id = ${post.id}`.execute(tx.sql);
  await tx.emit('reply.unproven', { postId: post.id });
}

/** Where an author agrees, and whether in the present words or in those of older software. */
export interface Consent {
  uri: string;
  words: 'present' | 'former';
}

const mostRechecked = 500;

/** Answers to a post wait no longer, perhaps: each is looked at again. */
export async function recheckAnswers(tx: Transaction, postId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from posts where in_reply_to_id = ${postId} and awaits_id is not null order by id limit ${mostRechecked}`.execute(
    tx.sql,
  );
  for (const { id } of rows) await tx.emit('reply.unproven', { postId: id });
}

/**
 * Within a write: shows a post that waited to all whom it is for, and counts it. The consent has been read where it stands; null: it
 * needs none, or has one already. Returns the posts that show something else; null when it does not wait (any more).
 */
export async function approvePost(
  tx: Transaction,
  postId: string,
  consent: Consent | null,
): Promise<Array<string | null> | null> {
  const {
    rows: [post],
  } = await sql<{
    account_id: string;
    local: boolean;
    visibility: Visibility;
    in_reply_to_id: string | null;
    boost_of_id: string | null;
  }>`update posts set awaits_id = null, approved_by = coalesce(${consent?.uri ?? null}, approved_by),
      approved_formerly = ${consent?.words === 'former'}
    where id = ${postId} and awaits_id is not null
    returning account_id, local, visibility, in_reply_to_id, boost_of_id`.execute(tx.sql);
  if (!post) return null;
  const { local, visibility, in_reply_to_id: inReplyToId, boost_of_id: boostOfId } = post;
  countAround(tx, { local, visibility, inReplyToId, boostOfId, awaitsId: null }, 1);
  await recheckAnswers(tx, postId);
  await tx.emit('post.approved', { postId, accountId: post.account_id });
  return [postId, inReplyToId, boostOfId];
}

/** An answer of another server that waits, with all that its fate hangs on. */
export interface WaitingAnswer extends Facts {
  uri: string;
  accountId: string;
  accountUri: string;
  visibility: Visibility;
  /** Where the author of what it answers is said to agree. */
  approvalUri: string | null;
  parent: Answered & { uri: string; accountUri: string };
}

/** The answer with that id; null when it waits for nobody, or what it answers is gone. */
export async function findWaitingAnswer(ctx: AppContext, postId: string): Promise<WaitingAnswer | null> {
  const { rows } = await sql<WaitingAnswer>`
    select p.uri, p.account_id::text as "accountId", a.uri as "accountUri", p.visibility, p.approved_by as "approvalUri",
      json_build_object('id', parent.id::text, 'uri', parent.uri, 'accountId', parent.account_id::text, 'accountUri', author.uri,
        'interactionRules', parent.interaction_rules, 'awaitsId', parent.awaits_id::text) as parent,
      ${factColumns(sql.ref('p.account_id'), 'parent')}
    from posts p join accounts a on a.id = p.account_id
      join posts parent on parent.id = p.in_reply_to_id join accounts author on author.id = parent.account_id
    where p.id = ${postId} and p.awaits_id is not null and not p.local`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/** Shows an answer of another server of which it turned out that it is allowed. */
export async function approveAnswer(ctx: AppContext, postId: string): Promise<void> {
  const touched = await ctx.database.write((tx) => approvePost(tx, postId, null));
  if (touched !== null) await forget(ctx, { posts: touched });
}
