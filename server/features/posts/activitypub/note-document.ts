// Our posts as other servers read them: the Note, and the activities that carry it.
import type { Config } from '#config/load.ts';
import type { AppContext } from '#server/context.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { handleOf } from '#server/features/accounts/policy.ts';
import { emojiTags } from '#server/features/emojis/activitypub.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { publicAudience, type Audience, type Json } from '#server/platform/fediverse/json.ts';
import { isPollOver, type PollView } from '../policy/poll.ts';
import type { MentionView, PostView } from '../queries.ts';
import { attachmentDocuments } from './attachment-document.ts';
import { contentOf, interactionPolicy, quoteFields, quoteTags, vocabularyOf } from './quote-document.ts';

/** What writing a document takes: the addresses, and the time when a poll is over. */
type Writing = Pick<AppContext, 'config' | 'clock' | 'media'>;

/** Who a post is for. `followers` is the author's followers collection. */
export function audienceFor(visibility: Visibility, followers: string, mentioned: readonly string[]): Audience {
  if (visibility === 'public') return { to: [publicAudience], cc: [followers, ...mentioned] };
  if (visibility === 'unlisted') return { to: [followers], cc: [publicAudience, ...mentioned] };
  if (visibility === 'followers') return { to: [followers], cc: [...mentioned] };
  return { to: [...mentioned], cc: [] };
}

/** The audience of one of our posts. Whoever an edit took out of the text is still told. */
export function audienceOfPost(config: Config, post: PostView): Audience & { audience?: string } {
  const mentioned = post.mentions.map(({ uri }) => uri);
  const told = post.group === null ? mentioned : [...new Set([...mentioned, post.group.uri])];
  return {
    ...audienceFor(post.visibility, addresses(config).followers(post.accountId), told),
    ...groupAudience(post.group),
  };
}

/** How an object or activity says that it is for a group (FEP-1b12). */
export function groupAudience(group: { uri: string } | null): { audience?: string } {
  return group === null ? {} : { audience: group.uri };
}

/** What a poll adds to its post. Counts that its author hides until the end are 0 until then. */
function questionOf(poll: PollView, now: Date): Json {
  const over = isPollOver(poll, now);
  const shown = over || !poll.hideTotals;
  const counted = (count: number | null | undefined): number => (shown ? (count ?? 0) : 0);
  const options = poll.options.map((name, place) => ({
    type: 'Note',
    name,
    replies: { type: 'Collection', totalItems: counted(poll.counts[place]) },
  }));
  const end = poll.expiresAt?.toISOString();
  return {
    type: 'Question',
    [poll.multiple ? 'anyOf' : 'oneOf']: options,
    ...(end === undefined ? {} : { endTime: end }),
    ...(over ? { closed: end } : {}),
    votersCount: counted(poll.votersCount),
  };
}

/** One of our posts as a Note, or a Question when it has a poll, without @context: to stand alone add `vocabularyOf`. */
export function noteDocument(ctx: Writing, post: PostView, author: AccountView): Json {
  const { config } = ctx;
  const { likesCount, boostsCount, repliesCount } = post;
  const counted = (totalItems: number): Json => ({ type: 'Collection', totalItems });
  return {
    id: post.uri,
    type: 'Note',
    attributedTo: author.uri,
    content: contentOf(post),
    ...(post.language === null ? {} : { contentMap: { [post.language]: contentOf(post) } }),
    ...(post.source === null ? {} : { source: { content: post.source, mediaType: 'text/plain' } }),
    summary: post.summary === '' ? null : post.summary,
    sensitive: post.sensitive,
    inReplyTo: post.inReplyToUri,
    published: post.createdAt.toISOString(),
    ...(post.editedAt === null ? {} : { updated: post.editedAt.toISOString() }),
    url: post.url ?? post.uri,
    ...audienceOfPost(config, post),
    tag: tagsOf(config, post),
    attachment: attachmentDocuments(post.media, ctx.media.file),
    replies: { ...counted(repliesCount), ...repliesOf(post) },
    likes: counted(likesCount),
    shares: counted(boostsCount),
    ...contextOf(post),
    ...agreementTo(post, 'replyAuthorization'),
    ...quoteFields(config, post),
    interactionPolicy: interactionPolicy(config, post, author),
    ...(post.poll === null ? {} : questionOf(post.poll, ctx.clock())),
  };
}

/** Where the answers to a post are that everybody may read. */
function repliesOf({ uri, visibility }: PostView): Json {
  if (visibility !== 'public' && visibility !== 'unlisted') return {};
  return { id: `${uri}/replies`, first: `${uri}/replies?after=0` };
}

/** Where the whole conversation is, when it began here. */
function contextOf({ visibility, ownRootUri }: PostView): Json {
  if (ownRootUri === null || (visibility !== 'public' && visibility !== 'unlisted')) return {};
  return { context: `${ownRootUri}/context` };
}

function tagsOf(config: Config, post: PostView): Json[] {
  const at = addresses(config);
  return [
    ...post.mentions
      .filter(({ silent }) => !silent)
      .map((mention) => ({ type: 'Mention', href: mention.uri, name: `@${fullHandle(config, mention)}` })),
    ...post.tags.map(({ name, display }) => ({ type: 'Hashtag', href: at.tagPage(name), name: `#${display}` })),
    ...emojiTags(config, post.emojis),
    ...quoteTags(post),
  ];
}

function fullHandle(config: Config, account: Pick<MentionView, 'username' | 'domain'>): string {
  return account.domain === null ? `${account.username}@${config.handleDomain}` : handleOf(account);
}

/** The Create that brings a post to others. */
export function createActivity(ctx: Writing, post: PostView, author: AccountView): Json {
  const { config } = ctx;
  return {
    '@context': vocabularyOf(post),
    id: addresses(config).activity(`create/${post.id}`),
    type: 'Create',
    actor: author.uri,
    published: post.createdAt.toISOString(),
    ...audienceOfPost(config, post),
    object: noteDocument(ctx, post, author),
  };
}

/** The Update that brings its present text. */
export function updateActivity(ctx: Writing, post: PostView, author: AccountView): Json {
  const { config } = ctx;
  const at = post.editedAt ?? post.createdAt;
  return {
    '@context': vocabularyOf(post),
    id: addresses(config).activity(`update/${post.id}/${at.getTime()}`),
    type: 'Update',
    actor: author.uri,
    published: at.toISOString(),
    ...audienceOfPost(config, post),
    object: noteDocument(ctx, post, author),
  };
}

/** The Update that brings the present counts of a poll. `name` makes it one of its own. */
export function countsActivity(ctx: Writing, post: PostView, author: AccountView, name: string): Json {
  return { ...updateActivity(ctx, post, author), id: addresses(ctx.config).activity(`update/${post.id}/${name}`) };
}

/** A boost: an Announce that is also the object at the boost's own address. */
export function announceActivity(
  config: Config,
  boost: PostView,
  booster: AccountView,
  boosted: { uri: string; authorUri: string },
): Json {
  return {
    '@context': vocabularyOf(boost),
    id: boost.uri,
    type: 'Announce',
    actor: booster.uri,
    published: boost.createdAt.toISOString(),
    ...audienceFor(boost.visibility, addresses(config).followers(boost.accountId), [boosted.authorUri]),
    object: boosted.uri,
    ...agreementTo(boost, 'announceAuthorization'),
  };
}

/** Where the author of the other post agrees. What older software gave, an Accept or an Approval, is no authorization. */
function agreementTo(
  { approvedBy, approvedFormerly }: PostView,
  name: 'replyAuthorization' | 'announceAuthorization',
): Json {
  if (approvedBy === null) return {};
  return { ...(approvedFormerly ? {} : { [name]: approvedBy }), approvedBy };
}
