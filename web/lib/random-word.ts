// Words that nobody else has: for keys that must not meet.

/** A random word; `randomUUID` is missing on pages without https. */
export const randomWord = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
