// A poll as Mastodon's clients read it: the schema, and a pure function from the view.
import { Type, type Static } from 'typebox';
import type { MastodonEmoji } from '#server/features/emojis/serializers.ts';
import { isPollOver, type PollView } from '../policy/poll.ts';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** @see https://docs.joinmastodon.org/entities/Poll/ */
export const PollSchema = Type.Object(
  {
    id: Type.String(),
    expires_at: nullable(Type.String({ format: 'date-time' })),
    expired: Type.Boolean(),
    multiple: Type.Boolean(),
    votes_count: Type.Integer(),
    voters_count: nullable(Type.Integer()),
    options: Type.Array(
      Type.Object({ title: Type.String(), votes_count: nullable(Type.Integer()), emojis: Type.Array(Type.Never()) }),
    ),
    emojis: Type.Array(
      Type.Unsafe<MastodonEmoji>(Type.Object({ shortcode: Type.String() }, { additionalProperties: true })),
    ),
    voted: Type.Optional(Type.Boolean({ description: 'Absent when nobody is signed in' })),
    own_votes: Type.Optional(Type.Array(Type.Integer({ description: 'Places of the options, from 0' }))),
  },
  { description: 'A question to the readers of a post' },
);
export type MastodonPoll = Static<typeof PollSchema>;

/** The reader of a poll: what they chose, and whether it is their own. */
export interface PollReader {
  votes: readonly number[] | null;
  own: boolean;
}

/** The poll at that moment; `reader` null is nobody. Its id is the post's. An author counts as one who voted, as on Mastodon. */
export function serializePoll(
  post: { id: string; emojis: readonly MastodonEmoji[] },
  poll: PollView,
  now: Date,
  reader: PollReader | null,
): MastodonPoll {
  const expired = isPollOver(poll, now);
  const shown = expired || !poll.hideTotals;
  return {
    id: post.id,
    expires_at: poll.expiresAt?.toISOString() ?? null,
    expired,
    multiple: poll.multiple,
    votes_count: poll.counts.reduce((sum, count) => sum + count, 0),
    voters_count: poll.votersCount,
    options: poll.options.map((title, place) => ({
      title,
      votes_count: shown ? (poll.counts[place] ?? 0) : null,
      emojis: [],
    })),
    emojis: [...post.emojis],
    ...(reader === null ? {} : { voted: reader.own || reader.votes !== null, own_votes: [...(reader.votes ?? [])] }),
  };
}
