// Words that every feature shares.

/** Who may see a post, widest first. */
export const visibilities = ['public', 'unlisted', 'followers', 'direct'] as const;
export type Visibility = (typeof visibilities)[number];
