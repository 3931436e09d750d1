// Putting back what visitors of the town took away.
import type { AppContext } from '#server/context.ts';
import { findEmailDomainBlock } from '#server/features/auth/queries/email-domains.ts';
import { blockEmailDomain } from '#server/features/auth/service/email-domains.ts';
import { stay } from '#server/features/auth/service/leave.ts';
import { draftPage, scheduledPage } from '#server/features/composing/queries.ts';
import { createDraft } from '#server/features/composing/service/drafts.ts';
import { schedulePost } from '#server/features/composing/service/schedule.ts';
import { allowServer, blockServer } from '#server/features/domains/service/decide.ts';
import { filtersOf } from '#server/features/filters/queries.ts';
import { createFilter } from '#server/features/filters/service/edit.ts';
import { addKeyword } from '#server/features/filters/service/keywords.ts';
import { addFilterPost } from '#server/features/filters/service/posts.ts';
import { unblock } from '#server/features/graph/service/block.ts';
import { unmute } from '#server/features/graph/service/mute.ts';
import { createList } from '#server/features/lists/service/edit.ts';
import { listsOf } from '#server/features/lists/queries.ts';
import { findOwnMedia } from '#server/features/media/queries.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { featureTag } from '#server/features/tags/service/feature.ts';
import { firstStretch } from '#server/platform/keyset.ts';
import { uploadPicture } from '#server/testing/pictures.ts';
import type { TestServer } from '#server/testing/server.ts';
import type { Later, Town } from './town.ts';

/**
 * The town with all that the last visitor may have taken away: two posts of Alice, peace between her and Bob, and something
 * that she was told.
 */
export async function restock({ ctx }: TestServer, town: Town): Promise<Town> {
  const [alice, bob] = [town.alice.accountId, town.bob.accountId];
  for (const { accountId } of [town.alice, town.olga]) await ctx.database.write((tx) => stay(tx, accountId));
  await unblock(ctx, { blockerId: alice, blockedId: bob });
  await unblock(ctx, { blockerId: bob, blockedId: alice });
  await unmute(ctx, { muterId: alice, mutedId: bob });
  const write = (source: string): Promise<string> =>
    createPost(ctx, { accountId: alice, source, visibility: 'public' });
  const posts = { ...town.posts, plain: await write('good evening'), tagged: await write('#birds') };
  const asked = { options: ['this', 'that'], expiresIn: 3600, multiple: true, hideTotals: false };
  const poll = await createPost(ctx, { accountId: bob, source: 'which?', visibility: 'public', poll: asked });
  const told = await ctx.database.read
    .insertInto('notifications')
    .values({ account_id: alice, from_account_id: bob, kind: 'like', post_id: posts.plain, created_at: ctx.clock() })
    .returning('id')
    .executeTakeFirstOrThrow();
  return {
    ...town,
    posts,
    poll,
    later: await restockLater(ctx, alice),
    servers: await restockServers(ctx),
    things: await restockThings(ctx, town),
    notification: told.id,
  };
}

/** A server that is blocked, one on the list, and a blocked e-mail provider. */
export async function restockServers(ctx: AppContext): Promise<Town['servers']> {
  const { id: block } = await blockServer(ctx, null, 'blocked.example', { severity: 'limit' });
  const { id: allow } = await allowServer(ctx, null, 'listed.example');
  const domain = 'throwaway.example';
  const provider = (await findEmailDomainBlock(ctx, { domain })) ?? (await blockEmailDomain(ctx, domain));
  return { block, allow, provider: provider.id };
}

/** What Alice made for herself, where somebody took it away. */
async function restockThings(ctx: AppContext, town: Town): Promise<Town['things']> {
  const { accountId } = town.alice;
  const lists = await listsOf(ctx, accountId);
  const list = lists.find(({ id }) => id === town.things.list)?.id ?? lists[0]?.id;
  const filters = await filtersOf(ctx, accountId);
  const keywords = new Set(filters.flatMap((one) => one.keywords.map(({ id }) => id)));
  const keywordOf = async (known: string, keyword: string): Promise<string> =>
    keywords.has(known) ? known : addKeyword(ctx, accountId, filter, { keyword });
  const filter =
    filters.find(({ id }) => id === town.things.filter)?.id ??
    (await createFilter(ctx, accountId, { title: 'Spoilers', contexts: ['home'] }));
  return {
    list: list ?? (await createList(ctx, accountId, { title: 'Friends' })),
    filter,
    keyword: await keywordOf(town.things.keyword, 'ending'),
    oldFilter: await keywordOf(town.things.oldFilter, 'season'),
    filterPost: await addFilterPost(ctx, accountId, filter, town.reply),
    featuredTag: await featureTag(ctx, accountId, { name: 'bees', display: 'bees' }),
    import: town.things.import,
    media: await restockMedia(ctx, town),
  };
}

/** The upload, or another one when somebody took it away. */
async function restockMedia(ctx: AppContext, { alice, things }: Town): Promise<string> {
  const known = await findOwnMedia(ctx, alice.accountId, things.media);
  return known?.postId === null ? known.id : uploadPicture(ctx, alice.accountId);
}

/** What somebody wrote for later, and their first talk, also when it was put away. */
export async function restockLater(ctx: AppContext, accountId: string): Promise<Later> {
  const post = { accountId, source: 'good night', visibility: 'public' } as const;
  const [scheduled] = await scheduledPage(ctx, accountId, firstStretch(1));
  const [draft] = await draftPage(ctx, accountId, firstStretch(1));
  const { rows } = await ctx.database.pool.query<{ id: string }>(
    `insert into talks (account_id, conversation_id, others, last_post_id, unread)
    select account_id, conversation_id, '', id, true from posts where account_id = $1 and visibility = 'direct' order by id limit 1
    on conflict (account_id, conversation_id, others) do update set unread = true returning id`,
    [accountId],
  );
  return {
    scheduled: scheduled?.id ?? (await schedulePost(ctx, post, new Date(ctx.clock().getTime() + 3_600_000))),
    draft: draft?.id ?? (await createDraft(ctx, accountId, { content: 'to be' })),
    talk: rows[0]?.id ?? '1',
  };
}
