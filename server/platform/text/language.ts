// Codes of languages, as posts carry them and wishes name them.

/** True for a code such as `en` or `pt-BR`; none is longer than 30 letters. */
export function isLanguageCode(text: string): boolean {
  return /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/iu.test(text);
}
