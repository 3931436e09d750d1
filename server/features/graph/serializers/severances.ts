// Follows that a blocked server took along, as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import type { SeveranceView } from '../queries/severances.ts';

/** @see https://docs.joinmastodon.org/entities/RelationshipSeveranceEvent/ */
export const SeveranceSchema = Type.Object({
  id: Type.String(),
  type: Type.Literal('domain_block'),
  purged: Type.Boolean({ description: 'Whether the list of these follows is gone; here it is kept' }),
  target_name: Type.String({ description: 'The name of the server' }),
  followers_count: Type.Integer(),
  following_count: Type.Integer(),
  created_at: Type.String({ format: 'date-time' }),
});
export type MastodonSeverance = Static<typeof SeveranceSchema>;

export function serializeSeverance(severance: SeveranceView): MastodonSeverance {
  return {
    id: severance.id,
    type: 'domain_block',
    purged: false,
    target_name: severance.domain,
    followers_count: severance.followers,
    following_count: severance.following,
    created_at: severance.createdAt,
  };
}
