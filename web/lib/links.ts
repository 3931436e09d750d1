// Where the links of a post lead inside the app.
import type { Mention, Status, Tag } from './wire/posts.ts';

/** The page of a person. */
export const accountPath = (account: { acct: string }): string => `/@${account.acct}`;
/** The page of a post, also of one from another server. */
export const postPath = (status: Pick<Status, 'id' | 'account'>): string => `/@${status.account.acct}/${status.id}`;
/** The page of a hashtag, named without the `#`. */
export const tagPath = (name: string): string => `/tags/${encodeURIComponent(name)}`;

export interface LinkContext {
  mentions: readonly Pick<Mention, 'url' | 'acct'>[];
  tags: readonly Pick<Tag, 'name'>[];
  /** The origin of this app. */
  origin: string;
}

/**
 * The path in the app for a link of a post, or null when it leads out: a mention to the person, a hashtag to its
 * posts here, and what already points to this server to its page.
 */
export function pathInApp(link: { href: string; text: string; classes: string }, context: LinkContext): string | null {
  const mention = context.mentions.find((one) => one.url === link.href);
  if (mention) return accountPath(mention);
  const name = link.text.replace(/^[#＃]/u, '');
  const isTag = /(?:^|\s)hashtag(?:\s|$)/.test(link.classes) || /^[#＃]/u.test(link.text);
  const tag = isTag && context.tags.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (tag) return tagPath(tag.name);
  let url: URL;
  try {
    url = new URL(link.href, context.origin);
  } catch {
    return null;
  }
  const isOwn = url.origin === context.origin && /^\/(?:@|tags\/)/.test(url.pathname);
  return isOwn ? url.pathname + url.search : null;
}
