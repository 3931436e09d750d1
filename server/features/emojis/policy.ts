// What a shortcode is, where one stands in a text, and how much is taken.

export const emojiLimits = {
  /** Bytes of an upload. */
  upload: 1024 * 1024,
  category: 50,
  /** All that a server may have: every process keeps them in memory. */
  count: 10_000,
  /** Different ones in one text; the rest stays text. */
  inText: 100,
};

/** True for what may stand between the colons of one of ours: letters, digits and `_`, two to fifty. */
export function isShortcode(text: string): boolean {
  return /^\w{2,50}$/.test(text);
}

/** The shortcodes in texts, each once: what stands between two colons. Linear in the length of the texts. */
export function shortcodesIn(texts: readonly string[]): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    // A closing colon may open the next one: `:one:two:` names two.
    for (const [, shortcode = ''] of text.matchAll(/:(\w{2,50})(?=:)/g)) {
      found.add(shortcode);
      if (found.size > 1000) return [...found];
    }
  }
  return [...found];
}
