// What a request for notifications asks for; the same parameters stand at several doors.
import { Type, type Static } from 'typebox';
import { isId } from '#server/features/accounts/queries.ts';
import type { NotificationFilter } from '../queries.ts';
import { readKinds } from '../serializers.ts';

const words = Type.Optional(Type.Array(Type.String()));

export const filterParameters = {
  types: words,
  exclude_types: words,
  account_id: Type.Optional(Type.String()),
  include_filtered: Type.Optional(Type.Boolean({ description: 'Also what your policy holds back' })),
  supported_types: words,
};
const Query = Type.Object(filterParameters);

export const pageLimits = { default: 40, max: 80 };
export const unreadLimits = { default: 100, max: 1000 };

/** What the parameters ask for; null when it can be nothing. */
export function readFilter(query: Static<typeof Query>): NotificationFilter | null {
  const { account_id: fromAccountId, include_filtered: includeFiltered } = query;
  if (fromAccountId !== undefined && !isId(fromAccountId)) return null;
  return { kinds: readKinds(query.types, query.exclude_types, query.supported_types), fromAccountId, includeFiltered };
}
