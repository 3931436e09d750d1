// The one door to everything that this server does to text: rendering, sanitising, counting, cleaning.
// Callers need not know which file under text/ holds what.
export { cleanName, cleanUrl } from './text/clean.ts';
export { countCharacters } from './text/count.ts';
export { buildWordSearch, foldText } from './text/find-words.ts';
export type { SoughtWord, WordSearch } from './text/find-words.ts';
export { isLanguageCode } from './text/language.ts';
export { escapeHtml, plainToHtml, renderPost } from './text/render.ts';
export type { MentionTarget, NameResolvers, RenderedPost } from './text/render.ts';
export { readTags } from './text/read-tags.ts';
export type { TagAttributes } from './text/read-tags.ts';
export { sanitizeHtml, stripHtml, unescapeHtml } from './text/sanitize.ts';
export { extractMentions, extractTags, scanText, tagKey } from './text/scan.ts';
export type { TextPiece } from './text/scan.ts';
export { isReservedUsername, isUsername } from './text/username.ts';
