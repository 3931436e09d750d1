// Lists as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import { repliesPolicies, type RepliesPolicy } from './entities.ts';
import type { ListView } from './queries.ts';

/** @see https://docs.joinmastodon.org/entities/List/ */
export const ListSchema = Type.Object({
  id: Type.String(),
  title: Type.String(),
  replies_policy: Type.Unsafe<RepliesPolicy>(Type.String({ enum: [...repliesPolicies] })),
  exclusive: Type.Boolean({ description: 'What the list shows is not shown in the home timeline' }),
});
export type MastodonList = Static<typeof ListSchema>;

export function serializeList(list: ListView): MastodonList {
  return { id: list.id, title: list.title, replies_policy: list.repliesPolicy, exclusive: list.exclusive };
}
