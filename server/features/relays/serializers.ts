// A relay as the staff sees it.
import { Type, type Static } from 'typebox';
import type { RelayView } from './queries.ts';

export const RelaySchema = Type.Object({
  id: Type.String(),
  address: Type.String(),
  kind: Type.String({ enum: ['mastodon', 'litepub'] }),
  state: Type.String({ enum: ['pending', 'accepted', 'rejected', 'paused'] }),
  created_at: Type.String({ format: 'date-time' }),
  answered_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
});

export function serializeRelay(relay: RelayView): Static<typeof RelaySchema> {
  const { id, address, kind, state, createdAt, answeredAt } = relay;
  return {
    id,
    address,
    kind,
    state,
    created_at: createdAt.toISOString(),
    answered_at: answeredAt?.toISOString() ?? null,
  };
}
