// A public post for pages of others to show: a quotation that needs no script and no frame.
import { escapeHtml } from '#server/platform/text.ts';
import type { PostView } from '../queries.ts';
import { mediaWords } from './media-words.ts';

/** Who stands under the quotation. */
export interface OembedAuthor {
  name: string;
  url: string;
}

/** @see https://oembed.com/ and https://docs.joinmastodon.org/methods/oembed/ */
export function serializeOembed(
  post: PostView,
  author: OembedAuthor,
  provider: { name: string; url: string },
  width: number,
) {
  const url = post.url ?? post.uri;
  const shown = mediaWords(post, 'en');
  const link = shown === '' ? '' : `<p><a href="${escapeHtml(url)}">${escapeHtml(shown)}</a></p>`;
  const words = `${post.summary === '' ? post.html : `<p>${escapeHtml(post.summary)}</p>`}${link}`;
  const day = post.createdAt.toISOString();
  return {
    type: 'rich',
    version: '1.0',
    author_name: author.name,
    author_url: author.url,
    provider_name: provider.name,
    provider_url: provider.url,
    cache_age: 86_400,
    html: `<blockquote cite="${escapeHtml(url)}">${words}<footer>— <a href="${escapeHtml(author.url)}">${escapeHtml(author.name)}</a>, <a href="${escapeHtml(url)}"><time datetime="${day}">${day.slice(0, 10)}</time></a></footer></blockquote>`,
    width,
    height: null,
  };
}
