// Quotes as we write them: what a post quotes in every form that servers read, who may quote it, and the document that
// says that an author of ours agrees to a quote.
import type { Config } from '#config/load.ts';
import type { AppContext } from '#server/context.ts';
import { findAccount, isId, type AccountView } from '#server/features/accounts/queries.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { publicAudience, type Json } from '#server/platform/fediverse/json.ts';
import { escapeHtml } from '#server/platform/text.ts';
import { interactionContext, linkedJson, objectContext } from '#server/platform/fediverse/vocabulary.ts';
import { quotePolicyOf } from '../policy/quote.ts';
import { findPost, type PostView, type QuoteView } from '../queries.ts';

/** The quote that a post tells others of: not one that was refused or taken back. */
function toldQuote({ quote }: PostView): (QuoteView & { uri: string }) | null {
  if (quote === null || quote.uri === null) return null;
  const { uri, state } = quote;
  return state === 'accepted' || state === 'pending' ? { ...quote, uri } : null;
}

/** The text; readers who know no quotes get a link. */
export function contentOf(post: PostView): string {
  const quote = toldQuote(post);
  if (quote === null) return post.html;
  const uri = escapeHtml(quote.uri);
  return `<p class="quote-inline">RE: <a href="${uri}">${uri}</a></p>${post.html}`;
}

/** What a quote adds, in each of the forms that servers read, and where the quoted author says that they agree. */
export function quoteFields(config: Config, post: PostView): Json {
  const quote = toldQuote(post);
  if (quote === null) return {};
  const { uri } = quote;
  const authorization = authorizationOf(config, post, quote);
  return {
    quote: uri,
    ...(authorization === null ? {} : { quoteAuthorization: authorization }),
    quoteUri: uri,
    quoteUrl: uri,
    _misskey_quote: uri,
  };
}

function authorizationOf(config: Config, post: PostView, quote: QuoteView): string | null {
  if (quote.state !== 'accepted' || quote.accountId === post.accountId) return null;
  return quote.local === true ? addresses(config).quoteAuthorization(post.id) : quote.authorizationUri;
}

/** The link to the quoted object (FEP-e232). */
export function quoteTags(post: PostView): Json[] {
  const quote = toldQuote(post);
  if (quote === null) return [];
  const rel = 'https://misskey-hub.net/ns#_misskey_quote';
  return [{ type: 'Link', mediaType: linkedJson, href: quote.uri, name: `RE: ${quote.uri}`, rel }];
}

/** Who may quote a post of ours. Nobody is the author alone. */
export function interactionPolicy(config: Config, post: PostView, author: AccountView): Json {
  const who = {
    public: publicAudience,
    followers: addresses(config).followers(post.accountId),
    nobody: author.uri,
  }[quotePolicyOf(post)];
  return { canQuote: { automaticApproval: [who], manualApproval: [] }, ...canReply(config, post, author) };
}

/** The @context of a post of ours and of what is sent about it. */
export function vocabularyOf({ replyPolicy, approvedBy }: PostView) {
  return replyPolicy === 'everyone' && approvedBy === null ? objectContext : interactionContext;
}

/** Who may answer, when that is not everybody: in the present words and in those that older software reads. */
function canReply(config: Config, post: PostView, author: AccountView): Json {
  if (post.replyPolicy === 'everyone') return {};
  const named = post.mentions.map(({ uri }) => uri);
  const who = {
    followers: [addresses(config).followers(post.accountId), ...named],
    mentioned: [author.uri, ...named],
    nobody: [author.uri],
  }[post.replyPolicy];
  return { canReply: { automaticApproval: who, manualApproval: [], always: who, approvalRequired: [] } };
}

/** The document that says that the author of a post of ours takes an answer of somebody else; null when there is none. */
export async function replyAuthorizationDocument(ctx: AppContext, id: string): Promise<Json | null> {
  const reply = isId(id) ? await findPost(ctx, id) : null;
  const parent = reply?.inReplyToId == null || reply.local ? null : await findPost(ctx, reply.inReplyToId);
  const author = parent === null || !parent.local ? null : await findAccount(ctx, parent.accountId);
  if (reply === null || parent === null || author === null || !isActive(author)) return null;
  return {
    '@context': interactionContext,
    id: addresses(ctx.config).replyAuthorization(reply.id),
    type: 'ReplyAuthorization',
    attributedTo: author.uri,
    interactingObject: reply.uri,
    interactionTarget: parent.uri,
  };
}

/**
 * The document that says that the author of a post of ours agrees to be quoted in the post with that id; `gone` when they took that
 * back, null when there is none.
 */
export async function authorizationDocument(ctx: AppContext, id: string): Promise<Json | 'gone' | null> {
  const post = isId(id) ? await findPost(ctx, id) : null;
  const { accountId = null, uri = null, local = null, state = null } = post?.quote ?? {};
  if (post === null || accountId === null || local !== true) return null;
  if (state !== 'accepted') return state === 'revoked' ? 'gone' : null;
  const author = await findAccount(ctx, accountId);
  if (author === null || !isActive(author)) return null;
  return {
    '@context': objectContext,
    id: addresses(ctx.config).quoteAuthorization(post.id),
    type: 'QuoteAuthorization',
    attributedTo: author.uri,
    interactingObject: post.uri,
    interactionTarget: uri,
  };
}
