// The languages in which the server itself speaks to people: letters and the few pages that it draws.

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/**
 * The first of the wishes that names a language of the server's, English when none does. A wish is a code (`de-AT`) or an
 * `Accept-Language` header; nothing is no wish.
 */
export function pickLanguage(...wishes: ReadonlyArray<string | null | undefined>): Language {
  for (const wish of wishes) {
    const found = wantedCodes(wish ?? '')
      .map((code) => languages.find((language) => language === code))
      .find((language) => language !== undefined);
    if (found !== undefined) return found;
  }
  return 'en';
}

/** The main parts of the codes in a header, the most wanted first. @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4 */
function wantedCodes(header: string): string[] {
  return header
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [code = '', ...settings] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const weight = settings.find((setting) => setting.startsWith('q='));
      return { code: code.split(/[-_]/)[0] ?? '', weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ code }) => code);
}
