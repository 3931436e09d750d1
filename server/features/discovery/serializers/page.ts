// What a page is about, as HTML: a head for machines, and a body for people without scripts.
import type { Config } from '#config/load.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { handleOf } from '#server/features/accounts/policy.ts';
import { pictureAddresses, type Places } from '#server/features/accounts/serializers.ts';
import { serializeMedia } from '#server/features/media/serializers.ts';
import type { PostView } from '#server/features/posts/queries.ts';
import { escapeHtml, plainToHtml, stripHtml } from '#server/platform/text.ts';
import type { ShellContent } from '#server/platform/web-shell.ts';

/** Addresses, and the name of the community. */
export interface PageFacts extends Places {
  config: Config;
  site: string;
}

const descriptionLength = 300;

/** One `property` or `name` of the head; empty values are left out. */
type Meta = readonly [kind: 'property' | 'name', key: string, value: string | null];
/** One link of the head. */
interface Link {
  rel: string;
  href: string;
  type?: string;
  title?: string;
}

function writeHead(title: string, metas: readonly Meta[], links: readonly Link[]): string {
  const attributes = (values: Record<string, string | undefined>): string =>
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value = '']) => ` ${key}="${escapeHtml(value)}"`)
      .join('');
  return [
    `<title>${escapeHtml(title)}</title>`,
    ...metas.flatMap(([kind, key, value]) =>
      value === null || value === '' ? [] : [`<meta${attributes({ [kind]: key, content: value })}>`],
    ),
    ...links.map(({ rel, href, type, title: name }) => `<link${attributes({ rel, href, type, title: name })}>`),
  ].join('\n    ');
}

function shorten(text: string): string {
  const letters = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  return letters.length <= descriptionLength
    ? letters.join('')
    : `${letters.slice(0, descriptionLength - 1).join('')}…`;
}

/** `Ada (@ada@rookery.example)`. */
function fullName(account: AccountView, config: Config): string {
  const handle = `@${handleOf(account)}@${config.handleDomain}`;
  return account.displayName.trim() === '' ? handle : `${account.displayName.trim()} (${handle})`;
}

const robots = ({ indexable }: AccountView): Meta => ['name', 'robots', indexable ? null : 'noindex, noarchive'];

/** The page of a person with their last posts. */
export function profilePage(account: AccountView, posts: readonly PostView[], facts: PageFacts): ShellContent {
  const { config, site } = facts;
  const name = fullName(account, config);
  const page = account.url ?? account.uri;
  const about = shorten(stripHtml(account.bioHtml));
  const feed = `${config.origin}/@${account.username}`;
  const head = writeHead(
    `${name} – ${site}`,
    [
      ['name', 'description', about],
      ['property', 'og:site_name', site],
      ['property', 'og:type', 'profile'],
      ['property', 'og:title', name],
      ['property', 'og:description', about],
      ['property', 'og:url', page],
      ['property', 'og:image', pictureAddresses(account.avatar, 'avatar', facts).url],
      ['property', 'og:image:alt', account.avatar?.description ?? null],
      ['property', 'profile:username', `${account.username}@${config.handleDomain}`],
      ['name', 'twitter:card', 'summary'],
      robots(account),
    ],
    [
      { rel: 'canonical', href: page },
      { rel: 'alternate', type: 'application/activity+json', href: account.uri },
      { rel: 'alternate', type: 'application/rss+xml', href: `${feed}.rss`, title: `${name}, RSS` },
      { rel: 'alternate', type: 'application/atom+xml', href: `${feed}.atom`, title: `${name}, Atom` },
    ],
  );
  const fields = account.fields.map(
    (field) => `<dt>${escapeHtml(field.name)}</dt><dd>${plainToHtml(field.value, { inline: true, relMe: true })}</dd>`,
  );
  const body = [
    `<h1>${escapeHtml(name)}</h1>`,
    account.bioHtml,
    fields.length === 0 ? '' : `<dl>${fields.join('')}</dl>`,
    ...posts.map((post) => article(post, account, facts)),
  ].join('\n');
  return { head, body };
}

/** The page of a post. */
export function postPage(post: PostView, author: AccountView, facts: PageFacts): ShellContent {
  const { config, site } = facts;
  const name = fullName(author, config);
  const page = post.url ?? post.uri;
  const text = describePost(post);
  const [picture] = post.sensitive ? [] : post.media.filter(({ kind, state }) => kind === 'image' && state === 'ready');
  const shown = picture && serializeMedia(picture, facts);
  const head = writeHead(
    `${name}: ${text === '' ? site : shorten(text)}`,
    [
      ['name', 'description', shorten(text)],
      ['property', 'og:site_name', site],
      ['property', 'og:type', 'article'],
      ['property', 'og:title', name],
      ['property', 'og:description', shorten(text)],
      ['property', 'og:url', page],
      ['property', 'og:image', shown?.url ?? pictureAddresses(author.avatar, 'avatar', facts).url],
      ['property', 'og:image:alt', shown?.description ?? null],
      ['property', 'article:published_time', post.createdAt.toISOString()],
      ['property', 'article:modified_time', post.editedAt?.toISOString() ?? null],
      ['property', 'profile:username', `${author.username}@${config.handleDomain}`],
      ['name', 'twitter:card', shown ? 'summary_large_image' : 'summary'],
      robots(author),
    ],
    [
      { rel: 'canonical', href: page },
      { rel: 'alternate', type: 'application/activity+json', href: post.uri },
      {
        rel: 'alternate',
        type: 'application/json+oembed',
        href: `${config.origin}/api/oembed?url=${encodeURIComponent(page)}`,
      },
    ],
  );
  return { head, body: article(post, author, facts) };
}

/** The text of a post, or only its warning. */
export function describePost(post: PostView): string {
  if (post.summary !== '') return post.summary;
  const text = stripHtml(post.html).trim();
  return text === '' ? (post.media.map(({ description }) => description).find((words) => words !== '') ?? '') : text;
}

/** A post for people without scripts; what has a warning is folded. */
function article(post: PostView, author: AccountView, facts: PageFacts): string {
  const page = escapeHtml(post.url ?? post.uri);
  const content = contentOf(post, facts);
  return [
    '<article>',
    `<p><a href="${escapeHtml(author.url ?? author.uri)}">${escapeHtml(fullName(author, facts.config))}</a>, <a href="${page}"><time datetime="${post.createdAt.toISOString()}">${post.createdAt.toISOString().slice(0, 10)}</time></a></p>`,
    post.summary === '' && !post.sensitive
      ? content
      : `<details><summary>${escapeHtml(post.summary || '…')}</summary>${content}</details>`,
    '</article>',
  ].join('\n');
}

/** The text of a post with what it shows, as HTML. */
export function contentOf(post: PostView, facts: Places): string {
  const media = post.media.map((view) => {
    const { url, type, description, preview_url: preview } = serializeMedia(view, facts);
    if (url === null) return '';
    const words = escapeHtml(description ?? '');
    return type === 'image'
      ? `<p><a href="${escapeHtml(url)}"><img src="${escapeHtml(preview ?? url)}" alt="${words}" loading="lazy" style="max-width:100%"></a></p>`
      : `<p><a href="${escapeHtml(url)}">${words || escapeHtml(url)}</a></p>`;
  });
  return [post.html, ...media].join('\n');
}
