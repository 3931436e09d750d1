// The words of posts, with those that describe what they show, as the index `posts_text` has them.
import { sql } from '#server/platform/database.ts';

/** Must be the expression of that index, spelt alike, or the index is not used. For statements on the table `posts`. */
export const textVector = sql`to_tsvector('simple'::regconfig, left(posts.summary || ' ' || posts.html || ' ' || posts.media_text, 50000))`;
