// The words that we read, with what each means: a document that was signed as linked data is believed in these words only.
import { activityStreams, objectContext } from '../vocabulary.ts';

/** Words beside those of ActivityStreams and of our own documents. */
const others = {
  as: 'https://www.w3.org/ns/activitystreams#',
  movedTo: { '@id': 'as:movedTo', '@type': '@id' },
  alsoKnownAs: { '@id': 'as:alsoKnownAs', '@type': '@id' },
  manuallyApprovesFollowers: 'as:manuallyApprovesFollowers',
  litepub: 'http://litepub.social/ns#',
  EmojiReact: 'litepub:EmojiReact',
  misskey: 'https://misskey-hub.net/ns#',
  _misskey_reaction: 'misskey:_misskey_reaction',
  _misskey_content: 'misskey:_misskey_content',
  featured: { '@id': 'toot:featured', '@type': '@id' },
} as const;

/** The contexts in which everything that we read is written. */
export const readingContext = [activityStreams, { ...objectContext[1], ...others }] as const;
