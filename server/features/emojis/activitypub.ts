// Custom emoji ⇄ ActivityPub's Emoji. Whoever sends an emoji brings its picture: it counts for what came with it, and for nothing
// else, whatever `id` it names.
import type { Config } from '#config/load.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { asId, asList, asObject, asText, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { objectContext } from '#server/platform/fediverse/vocabulary.ts';
import { filesBase } from '#server/platform/files/address.ts';
import { cleanUrl } from '#server/platform/text.ts';
import type { EmojiReference, RemoteEmoji } from './entities.ts';
import type { EmojiView } from './queries.ts';

const mostRead = 100;

/** Custom emojis among tags: each shortcode once, with a picture that has an http(s) address. */
export function readEmojis(value: unknown): RemoteEmoji[] {
  const found = new Map<string, string>();
  for (const tag of asList(value)) {
    const emoji = asObject(tag);
    if (emoji === null || typeOf(emoji) !== 'Emoji' || found.size >= mostRead) continue;
    const shortcode = asText(emoji['name'])?.replaceAll(':', '') ?? '';
    const icon = asList(emoji['icon'])[0];
    const url = cleanUrl(asText(icon) ?? asId(asList(asObject(icon)?.['url'])[0]));
    if (!/^[A-Za-z0-9_-]{1,100}$/u.test(shortcode) || url === null || url.length > 2048) continue;
    if (!found.has(shortcode)) found.set(shortcode, url);
  }
  return [...found].map(([shortcode, url]) => ({ shortcode, url }));
}

/** The tags for what a text of ours shows. */
export function emojiTags(config: Config, emojis: readonly EmojiReference[]): Json[] {
  return emojis.map((emoji) => {
    const name = `:${emoji.shortcode}:`;
    if (!('own' in emoji)) return { type: 'Emoji', id: emoji.url, name, icon: { type: 'Image', url: emoji.url } };
    return { id: addresses(config).emoji(emoji.own.id), type: 'Emoji', name, icon: iconOf(config, emoji.own.file) };
  });
}

/** One of ours at its own address. */
export function emojiDocument(config: Config, emoji: EmojiView): Json {
  return {
    '@context': objectContext,
    id: addresses(config).emoji(emoji.id),
    type: 'Emoji',
    name: `:${emoji.shortcode}:`,
    updated: emoji.updatedAt,
    icon: iconOf(config, emoji.file),
  };
}

function iconOf(config: Config, key: string): Json {
  return { type: 'Image', mediaType: 'image/webp', url: `${filesBase(config)}/${key}` };
}
