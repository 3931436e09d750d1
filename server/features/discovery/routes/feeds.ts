// What feed readers subscribe to.
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { pictureAddresses } from '#server/features/accounts/serializers.ts';
import type { PostView } from '#server/features/posts/queries.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { open } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { escapeHtml, stripHtml, tagKey } from '#server/platform/text.ts';
import { lastPosts, lastTagged } from '../queries.ts';
import { writeAtom, writeRss, type Feed, type FeedEntry } from '../serializers/feed.ts';
import { contentOf, describePost } from '../serializers/page.ts';

const titleLength = 100;
type FeedKind = 'rss' | 'atom';

function entryOf(ctx: AppContext, post: PostView, author: AccountView): FeedEntry {
  const words = Array.from(describePost(post).replaceAll(/\s+/g, ' '));
  const warned = post.summary === '' ? '' : `<p><strong>${escapeHtml(post.summary)}</strong></p>`;
  return {
    id: post.uri,
    page: post.url ?? post.uri,
    author: author.displayName.trim() || author.username,
    title: words.length <= titleLength ? words.join('') : `${words.slice(0, titleLength - 1).join('')}…`,
    html: `${warned}${contentOf(post, ctx)}`,
    tags: post.tags.map(({ display }) => display),
    createdAt: post.createdAt,
    updatedAt: post.editedAt ?? post.createdAt,
  };
}

/** The last posts of a person, or 404 when there is no such person. */
export async function sendPersonFeed(
  ctx: AppContext,
  reply: FastifyReply,
  kind: FeedKind,
  person: AccountView | null,
): Promise<FastifyReply> {
  if (person === null) return reply.code(404).send({ error: 'Not Found' });
  const posts = await lastPosts(ctx, person.id);
  const page = `${ctx.config.origin}/@${person.username}`;
  return sendFeed(ctx, reply, kind, {
    title: `${person.displayName.trim() || person.username} (@${person.username}@${ctx.config.handleDomain})`,
    description: stripHtml(person.bioHtml),
    page,
    self: `${page}.${kind}`,
    picture: person.avatar === null ? null : pictureAddresses(person.avatar, 'avatar', ctx).url,
    entries: posts.map((post) => entryOf(ctx, post, person)),
  });
}

function sendFeed(ctx: AppContext, reply: FastifyReply, kind: FeedKind, feed: Feed): FastifyReply {
  reply.header('cache-control', 'public, max-age=300');
  return kind === 'rss'
    ? reply.type('application/rss+xml; charset=utf-8').send(writeRss(feed))
    : reply.type('application/atom+xml; charset=utf-8').send(writeAtom(feed, ctx.clock()));
}

/** Registers the feeds of hashtags; the page of a hashtag itself is the web app's. */
export function tagFeedRoutes(app: App, ctx: AppContext): void {
  const params = Type.Object({ name: Type.String() });
  app.get('/tags/:name', { schema: { hide: true, params }, config: { access: open } }, async (request, reply) => {
    const [, name = '', word] = /^(.+)\.(rss|atom)$/.exec(request.params.name) ?? [];
    if (word === undefined) return reply.callNotFound();
    const kind = word === 'atom' ? 'atom' : 'rss';
    const page = addresses(ctx.config).tagPage(tagKey(name));
    const found = await lastTagged(ctx, tagKey(name));
    const { title } = await readInstanceSettings(ctx);
    const feed = {
      title: `#${name} – ${title}`,
      description: '',
      page,
      self: `${page}.${kind}`,
      picture: null,
      entries: found.map(({ post, author }) => entryOf(ctx, post, author)),
    };
    return sendFeed(ctx, reply, kind, feed);
  });
}
