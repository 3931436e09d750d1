// What a post said and showed before, and what it says and shows now.
import type { AppContext } from '#server/context.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { loadMedia, type MediaView } from '#server/features/media/queries.ts';
import type { FormerMedia } from '../entities.ts';
import type { PostView } from '../queries.ts';

/** The state of a post at one time; `createdAt` is when it was written so. */
export interface PostVersionView {
  html: string;
  summary: string;
  sensitive: boolean;
  emojis: EmojiReference[];
  /** The options of its poll. */
  pollOptions: string[] | null;
  /** With the descriptions of that time; also what a later edit took out. */
  media: MediaView[];
  createdAt: Date;
}

/** All versions of a post, oldest first, the present one last. At most 200 former ones. At most two statements. */
export async function postHistory(ctx: AppContext, post: PostView): Promise<PostVersionView[]> {
  const rows = await ctx.database.read
    .selectFrom('post_versions')
    .select(['html', 'summary', 'sensitive', 'emojis', 'poll_options', 'media', 'created_at'])
    .where('post_id', '=', post.id)
    .orderBy('id')
    .limit(200)
    .execute();
  const present = await presentMedia(
    ctx,
    post,
    rows.flatMap(({ media }) => media ?? []),
  );
  const former = rows.map(({ created_at, poll_options, media, ...row }) => ({
    ...row,
    pollOptions: poll_options,
    media: (media ?? []).flatMap((one) => asItWas(one, present)),
    createdAt: created_at,
  }));
  const { html, summary, sensitive, emojis, media } = post;
  const pollOptions = post.poll?.options ?? null;
  const createdAt = post.editedAt ?? post.createdAt;
  return [...former, { html, summary, sensitive, emojis, pollOptions, media, createdAt }];
}

/** Uploads that are still here, by id. */
async function presentMedia(
  ctx: AppContext,
  post: PostView,
  former: readonly FormerMedia[],
): Promise<Map<string, MediaView>> {
  const known = new Map(post.media.map((media) => [media.id, media]));
  const asked = former.filter(({ id, remoteUrl }) => remoteUrl === null && !known.has(id)).map(({ id }) => id);
  const loaded = await loadMedia(ctx, asked);
  return new Map([
    ...known,
    ...loaded.filter(({ accountId }) => accountId === post.accountId).map((media) => [media.id, media] as const),
  ]);
}

/** Its words are those of then, its files those of now: they may have been made anew since. */
function asItWas(former: FormerMedia, present: ReadonlyMap<string, MediaView>): MediaView[] {
  if (former.remoteUrl !== null) return [former];
  const media = present.get(former.id);
  if (media === undefined) return [];
  const { description, focusX, focusY } = former;
  return [{ ...media, description, focusX, focusY }];
}
