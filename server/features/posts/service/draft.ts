// What an author typed, checked and rendered: before any transaction, since rendering has no place inside one.
import type { Config } from '#config/load.ts';
import type { AppContext } from '#server/context.ts';
import { findAccountsByHandles, parseHandle, type AccountView } from '#server/features/accounts/queries.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { emojisIn } from '#server/features/emojis/queries.ts';
import { Invalid } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { countCharacters, extractMentions, isLanguageCode, renderPost, scanText } from '#server/platform/text.ts';
import type { TagSpelling } from './record.ts';

/** The words of a post as its author gave them. */
export interface Draft {
  source: string;
  summary: string;
  sensitive: boolean;
  language: string | null;
}

/** What a draft becomes. */
export interface RenderedDraft {
  html: string;
  mentionedIds: string[];
  /** The first group of another server among them: the post is written in it. */
  groupId: string | null;
  tags: TagSpelling[];
  emojis: EmojiReference[];
}

/**
 * The draft as it is stored: line ends alike, control characters gone. A content warning without a text becomes the text, unless
 * it stands before pictures, which need no text.
 * The length is that of both together, links counted as 23 and mentions without their domain.
 * @throws {Invalid} when nothing is written and shown, too much is written, or the language is none
 */
export function checkDraft(
  config: Pick<Config, 'postMaxCharacters'>,
  given: { source: string; summary?: string; sensitive?: boolean; language?: string | null; hasMedia?: boolean },
): Draft {
  let source = tidy(given.source);
  let summary = tidy(given.summary ?? '')
    .replaceAll('\n', ' ')
    .trim();
  if (isBlank(summary)) summary = '';
  if (isBlank(source)) source = '';
  if (source === '' && given.hasMedia !== true) [source, summary] = [summary, ''];
  if (source === '' && given.hasMedia !== true) {
    throw new Invalid("Validation failed: Text can't be blank", {
      details: { text: [{ error: 'ERR_BLANK', description: "can't be blank" }] },
    });
  }
  const limit = config.postMaxCharacters;
  if (countCharacters(source) + countCharacters(summary) > limit) {
    const description = `character limit of ${limit} exceeded`;
    throw new Invalid(`Validation failed: Text ${description}`, {
      details: { text: [{ error: 'ERR_TOO_LONG', description }] },
    });
  }
  return {
    source,
    summary,
    sensitive: given.sensitive === true || summary !== '',
    language: checkLanguage(given.language),
  };
}

/**
 * Renders the text: handles of accounts that we know become mentions, the others stay text. One statement. `besides` are texts that
 * may show emoji too: the warning, the options of a poll.
 */
export async function renderDraft(ctx: AppContext, source: string, besides: readonly string[]): Promise<RenderedDraft> {
  const { config } = ctx;
  const accounts = (await findAccountsByHandles(ctx, extractMentions(source))).filter(isActive);
  const byHandle = new Map(accounts.map((account) => [keyOf(account), account]));
  const find = (handle: string): AccountView | null => {
    const parsed = parseHandle(config, handle);
    return parsed === null ? null : (byHandle.get(keyOf(parsed)) ?? null);
  };
  const rendered = renderPost(source, {
    mentions: (handle) => {
      const account = find(handle);
      return account && { url: account.url ?? account.uri, name: account.username };
    },
    tagUrl: addresses(config).tagPage,
  });
  const mentioned = rendered.mentions.map(find).filter((account) => account !== null);
  const group = mentioned.find(({ kind, domain }) => kind === 'group' && domain !== null);
  return {
    html: rendered.html,
    mentionedIds: [...new Set(mentioned.map(({ id }) => id))],
    groupId: group?.id ?? null,
    tags: spellings(source),
    emojis: await emojisIn(ctx, [source, ...besides]),
  };
}

/** The hashtags of a text, each as it is spelt first. */
function spellings(source: string): TagSpelling[] {
  const found = new Map<string, string>();
  for (const piece of scanText(source)) {
    if (piece.kind === 'tag' && !found.has(piece.key)) found.set(piece.key, piece.shown);
  }
  return [...found].map(([name, display]) => ({ name, display }));
}

function keyOf(handle: { username: string; domain: string | null }): string {
  return `${handle.username}@${handle.domain ?? ''}`.toLowerCase();
}

function tidy(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/gu, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim();
}

/** Nothing that a reader could see: blanks, format characters, and the letters that look like blanks. */
function isBlank(text: string): boolean {
  return !/[^\s\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u.test(text);
}

function checkLanguage(language: string | null | undefined): string | null {
  if (language === undefined || language === null || language === '') return null;
  if (isLanguageCode(language)) return language;
  const description = 'is not a language code such as en or pt-BR';
  throw new Invalid(`Validation failed: Language ${description}`, {
    details: { language: [{ error: 'ERR_INVALID', description }] },
  });
}
