// Likes and boosts between others, of posts whose authors do not take everybody's: they count when the author agrees.
import type { AppContext } from '#server/context.ts';
import { remoteAddress } from '#server/features/accounts/activitypub/actor-read.ts';
import type { Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { asOnlyId } from '#server/platform/fediverse/json.ts';
import { interactionLeave } from '../policy/interaction.ts';
import type { PostView } from '../queries.ts';
import { isFollower } from '../service/interaction.ts';
import { isFreeThere, readAgreement } from './interaction-check.ts';
import { orNull } from './quote-check.ts';

/** Where the author agrees; null for those who need not ask. */
export interface Leave {
  approvedBy: string | null;
}

const members = { like: 'likeAuthorization', boost: 'announceAuthorization' } as const;

/**
 * Where the author agrees to this like or boost, read there. Null when it is not allowed. A post that restricts nothing costs nothing.
 */
export async function findLeave(
  ctx: AppContext,
  { id: subjectUri, json, actor }: Pick<Incoming, 'id' | 'json' | 'actor'>,
  post: Pick<PostView, 'uri' | 'accountId' | 'interactionRules'>,
  interaction: 'like' | 'boost',
): Promise<Leave | null> {
  if (post.interactionRules?.[interaction] === undefined || post.accountId === actor.id) return { approvedBy: null };
  const author = await findAccount(ctx, post.accountId);
  if (author === null) return null;
  const claimed = asOnlyId(json[members[interaction]]) ?? asOnlyId(json['approvedBy']);
  const approvedBy = remoteAddress(claimed, ctx.config.allowPrivateAddresses);
  const asked = { interaction, subjectUri, postUri: post.uri, authorUri: author.uri };
  if (approvedBy !== null && (await orNull(readAgreement(ctx, approvedBy, asked))) !== null) return { approvedBy };
  const facts = { follows: await isFollower(ctx, actor.id, post.accountId), mentioned: false };
  const isFree =
    interactionLeave(actor.id, post, interaction, facts) === 'automatic' ||
    (await isFreeThere(ctx, {
      interaction,
      accountUri: actor.uri,
      post: { uri: post.uri, accountUri: author.uri },
    }));
  return isFree ? { approvedBy: null } : null;
}
