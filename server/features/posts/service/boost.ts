// Showing a post to one's own followers, and taking that back.
import type { AppContext } from '#server/context.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { Conflict, Invalid, NotFound } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { boostVisibility } from '../policy.ts';
import { findBoost, findPost, findVisibleSubject, type PostView } from '../queries.ts';
import { deletePost } from './delete.ts';
import { forget } from './forget.ts';
import { checkInteraction, requestInteraction } from './interaction.ts';
import { holdPost, recordPost, type PostRecord } from './record.ts';

export interface NewBoost {
  accountId: string;
  /** The post, or a boost of it. */
  postId: string;
  /** Default: public, or that of one's own followers-only post. */
  visibility?: Visibility;
  /** The address and time of a boost from elsewhere. */
  uri?: string;
  createdAt?: Date;
  /** Where the author of the post agrees to it, when they wanted to be asked. */
  approvedBy?: string | null;
}

/**
 * Boosts a post and returns the boost's id; a second boost is the first.
 * @throws {NotFound} when the account may not see it
 * @throws {Invalid} when it may not be boosted
 */
export async function boostPost(ctx: AppContext, boost: NewBoost): Promise<string> {
  const post = await findVisibleSubject(ctx, boost.accountId, boost.postId);
  if (post === null) throw new NotFound('Record not found');
  const visibility = boostVisibility(boost.accountId, post, boost.visibility ?? 'public');
  if (visibility === null) throw new Invalid('Validation failed: this post cannot be boosted');
  const leave = boost.uri === undefined ? await checkInteraction(ctx, boost.accountId, post, 'boost') : 'automatic';
  const record = {
    ...boostRecord(ctx, boost, post, visibility),
    awaitsId: leave === 'manual' ? post.accountId : null,
  };
  const isNew = await ctx.database.write(async (tx) => {
    await holdPost(tx, post.id);
    const isWritten = await recordPost(ctx, tx, record, { mentionedIds: [], tags: [] });
    const asked = { interaction: 'boost', subjectId: record.id, postId: post.id, accountId: boost.accountId } as const;
    if (isWritten && leave === 'manual') await requestInteraction(ctx, tx, asked);
    return isWritten;
  });
  await forget(ctx, { posts: [post.id], accounts: [boost.accountId] });
  if (isNew) return record.id;
  const present = await findBoost(ctx, boost.accountId, post.id);
  if (present === null) throw new Conflict('This boost was taken back at the same moment; try again.');
  return present.id;
}

/** Takes a boost back, by the post or by the boost; nothing happens when there is none. */
export async function unboostPost(ctx: AppContext, boost: { accountId: string; postId: string }): Promise<void> {
  const named = await findPost(ctx, boost.postId);
  const present = await findBoost(ctx, boost.accountId, named?.boostOfId ?? boost.postId);
  if (present === null) return;
  try {
    await deletePost(ctx, { postId: present.id, accountId: boost.accountId });
  } catch (error) {
    // Somebody else took it back, or the post went, a moment before: what was wanted is so.
    if (!(error instanceof NotFound)) throw error;
  }
}

function boostRecord(ctx: AppContext, boost: NewBoost, post: PostView, visibility: Visibility): PostRecord {
  const id = ctx.newId(boost.createdAt);
  return {
    id,
    accountId: boost.accountId,
    uri: boost.uri ?? addresses(ctx.config).post(id),
    url: null,
    local: boost.uri === undefined,
    visibility,
    source: null,
    html: '',
    summary: '',
    sensitive: false,
    language: null,
    emojis: [],
    inReplyToId: null,
    inReplyToAccountId: null,
    inReplyToUri: null,
    conversationId: id,
    groupId: null,
    boostOfId: post.id,
    appId: null,
    approvedBy: boost.approvedBy,
    createdAt: boost.createdAt ?? ctx.clock(),
    editedAt: null,
  };
}
