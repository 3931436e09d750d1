// Visiting a page that posts link to: one request, for some one more to a known provider of players.
import type { AppContext } from '#server/context.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { cleanUrl } from '#server/platform/text.ts';
import type { CardKind } from '../entities.ts';
import { askProvider, type Embed } from './embed.ts';
import { decodePage } from './charset.ts';
import { readPage, type PageFacts } from './read-page.ts';

const limits = { bytes: 1024 * 1024, timeoutMs: 10_000, redirects: 3 };

/** What a card shows of a page; `creator` is the handle that the page names. */
export interface SeenPage extends Omit<PageFacts, 'oembedUrl' | 'providerName'> {
  finalUrl: string;
  host: string;
  kind: CardKind;
  providerName: string;
  providerUrl: string;
  playerUrl: string | null;
  playerWidth: number;
  playerHeight: number;
}

/** `none`: there is nothing to show; `failed`: whether it may work later. Both with their reason, for the administrator. */
export type Visit =
  | { outcome: 'page'; page: SeenPage }
  | { outcome: 'none'; reason: string }
  | { outcome: 'failed'; reason: string; again: boolean };

/** Fetches a page and reads what it says of itself. @throws {FetchFailure} when this server is stopping */
export async function visitPage(ctx: AppContext, url: string): Promise<Visit> {
  try {
    const answer = await ctx.fetch.fetch(url, {
      accept: 'text/html, application/xhtml+xml;q=0.9',
      maxBytes: limits.bytes,
      cut: true,
      timeoutMs: limits.timeoutMs,
      maxRedirects: limits.redirects,
    });
    const { status, headers, body } = answer;
    if (status === 429 || status >= 500) return { outcome: 'failed', reason: `status ${status}`, again: true };
    if (status !== 200) return { outcome: 'failed', reason: `status ${status}`, again: false };
    const type = headers['content-type'] ?? '';
    if (!/^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/iu.test(type))
      return { outcome: 'none', reason: 'no HTML' };
    const finalUrl = cleanUrl(answer.url);
    if (finalUrl === null || new URL(finalUrl).host === new URL(ctx.config.origin).host)
      return { outcome: 'none', reason: 'leads to no page of another site' };
    return await describe(ctx, finalUrl, readPage(decodePage(body, type), finalUrl));
  } catch (error) {
    if (!(error instanceof FetchFailure) || error.reason === 'closed') throw error;
    return { outcome: 'failed', reason: error.reason, again: error.retryable };
  }
}

async function describe(ctx: AppContext, finalUrl: string, facts: PageFacts): Promise<Visit> {
  const { oembedUrl, providerName, ...rest } = facts;
  const embed = await askProvider(ctx, finalUrl, oembedUrl);
  const title = rest.title || (embed?.title ?? '');
  if (title === '') return { outcome: 'none', reason: 'no title' };
  const { host, hostname, origin } = new URL(finalUrl);
  const imageUrl = rest.imageUrl ?? embed?.imageUrl ?? null;
  const page: SeenPage = {
    ...rest,
    title,
    finalUrl,
    host: hostname,
    imageUrl: imageUrl !== null && mayVisit(ctx, imageUrl) ? imageUrl : null,
    providerName: embed?.providerName || providerName || host,
    providerUrl: `${origin}/`,
    authorName: rest.authorName || (embed?.authorName ?? ''),
    authorUrl: rest.authorUrl || (embed?.authorUrl ?? ''),
    ...player(embed),
  };
  return { outcome: 'page', page };
}

function player(embed: Embed | null): Pick<SeenPage, 'kind' | 'playerUrl' | 'playerWidth' | 'playerHeight'> {
  const isShown = embed !== null && embed.kind !== 'link';
  if (!isShown) return { kind: 'link', playerUrl: null, playerWidth: 0, playerHeight: 0 };
  return { kind: embed.kind, playerUrl: embed.playerUrl, playerWidth: embed.width, playerHeight: embed.height };
}

/** False for an address that we would not ask, as far as its text tells. */
export function mayVisit(ctx: AppContext, address: string): boolean {
  try {
    ctx.fetch.check(address);
    return true;
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    return false;
  }
}
