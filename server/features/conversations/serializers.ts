// A talk as Mastodon's clients read it.
import { Type, type Static } from 'typebox';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { StatusSchema } from '#server/features/posts/serializers.ts';

/** @see https://docs.joinmastodon.org/entities/Conversation/ */
export const ConversationSchema = Type.Object(
  {
    id: Type.String(),
    unread: Type.Boolean(),
    accounts: Type.Array(
      Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true })),
      { description: 'The others' },
    ),
    last_status: Type.Union([StatusSchema, Type.Null()]),
  },
  { description: 'A conversation of direct posts' },
);
export type MastodonConversation = Static<typeof ConversationSchema>;
