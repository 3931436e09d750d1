// To whom a post goes, and who may quote it, in the words of the client API.

export type Visibility = 'public' | 'unlisted' | 'private' | 'direct';

/** Who may quote a post. */
export type QuotePolicy = 'public' | 'followers' | 'nobody';
