// What follows from what: each event, and everything that happens because of it. Read this first.
import type { AppContext } from '#server/context.ts';
import type { EventName, Events } from '#server/events.ts';
import { forgetFilteredPost, tellOfFilters } from '#server/features/filters/subscribers.ts';
import * as conversations from '#server/features/conversations/subscribers.ts';
import { publishScheduled } from '#server/features/composing/service/schedule.ts';
import { judgeAccounts } from '#server/features/accounts/service/standing.ts';
import { endDeliveries, forgetShown } from '#server/features/domains/subscribers.ts';
import { eraseTraces } from '#server/features/accounts/service/remove.ts';
import * as emojis from '#server/features/emojis/subscribers.ts';
import { dropEmojiFromAccounts } from '#server/features/accounts/service/drop-emoji.ts';
import { dropEmojiFromPosts } from '#server/features/posts/service/drop-emoji.ts';
import {
  sendAccept,
  sendBlock,
  sendFollow,
  sendProfile,
  sendReject,
  sendUndoBlock,
  sendUndoFollow,
} from '#server/features/graph/activitypub/send.ts';
import { sendMove } from '#server/features/graph/activitypub/move.ts';
import { endFollowsWith } from '#server/features/graph/service/domain-block.ts';
import { endFollowsOf } from '#server/features/graph/service/end.ts';
import { moveAversions, moveFollowers } from '#server/features/graph/service/move.ts';
import { severFollows } from '#server/features/graph/service/sever.ts';
import { moveMember } from '#server/features/lists/service/members.ts';
import * as media from '#server/features/media/subscribers.ts';
import { sendFlag } from '#server/features/moderation/activitypub/send.ts';
import { sendDigest } from '#server/features/digests/subscribers.ts';
import { sendArchiveLetter, writeArchive } from '#server/features/exchange/subscribers/archive.ts';
import { dropArchivesOf } from '#server/features/exchange/service/archive.ts';
import { workOnImport } from '#server/features/exchange/subscribers.ts';
import { visitLink } from '#server/features/links/subscribers.ts';
import { fetchCounts } from '#server/features/accounts/activitypub/origin-counts.ts';
import { mendFollowers } from '#server/features/graph/activitypub/mend-followers.ts';
import * as notifications from '#server/features/notifications/subscribers.ts';
import { pushNotification } from '#server/features/notifications/subscribers/push.ts';
import { fetchFirstPosts, fetchThread } from '#server/features/posts/activitypub/backfill.ts';
import { sendCounts, sendPollEnd, sendVotes } from '#server/features/posts/activitypub/send-polls.ts';
import { checkAnswer } from '#server/features/posts/activitypub/answer-check.ts';
import { checkQuote } from '#server/features/posts/activitypub/quote-check.ts';
import {
  sendQuoteAnswer,
  sendQuoteChange,
  sendQuoteRequest,
  sendRevocation,
} from '#server/features/posts/activitypub/send-quotes.ts';
import {
  sendAllowed,
  sendInteractionRequest,
  sendReplyAnswer,
} from '#server/features/posts/activitypub/send-interactions.ts';
import { sendPin, sendUnpin } from '#server/features/posts/activitypub/send-pins.ts';
import { sendCreate, sendDelete, sendLike, sendUndoLike, sendUpdate } from '#server/features/posts/activitypub/send.ts';
import { purgeLikesOf, purgePostsOf } from '#server/features/posts/service/purge.ts';
import * as posts from '#server/features/posts/subscribers.ts';
import { sendRelayAccept, sendRelayFollow, sendRelayUndo } from '#server/features/relays/activitypub/send.ts';
import { forgetList } from '#server/features/relays/subscribers.ts';
import { sendReaction, sendUndoReaction } from '#server/features/reactions/activitypub/send.ts';
import { purgeReactionsOf, purgeReactionsWith } from '#server/features/reactions/service/purge.ts';
import * as timelines from '#server/features/timelines/subscribers.ts';
import { sendWantedLetter } from '#server/features/auth/subscribers.ts';
import { handleActivity } from '#server/inbox.ts';
import type { Lane } from '#server/platform/queue/queue.ts';

/** Loads the present state by id and does its part; safe to run twice. `job.cause` is the same on every run. */
export type Subscriber<Name extends EventName> = (
  ctx: AppContext,
  payload: Events[Name],
  job: { cause: string; eventId: string },
) => Promise<void>;

interface InLane<Name extends EventName> {
  lane: Lane;
  run: Subscriber<Name>;
}

type Subscribers = { [Name in EventName]: Record<string, Subscriber<Name> | InLane<Name>> };

/** Work that may wait: mail, long lists. */
export const slow = <Name extends EventName>(run: Subscriber<Name>): InLane<Name> => ({ lane: 'slow', run });
/** Visits to pages of strangers, which may take their time, and what may need one. */
const visit = <Name extends EventName>(run: Subscriber<Name>): InLane<Name> => ({ lane: 'fetches', run });
/** Films and sounds: one a core at a time. */
export const long = <Name extends EventName>(run: Subscriber<Name>): InLane<Name> => ({ lane: 'media', run });
const inbox = <Name extends EventName>(run: Subscriber<Name>): InLane<Name> => ({ lane: 'inbox', run });

export const subscribers: Subscribers = {
  'account.opened': {
    fragments: posts.forgetAccount,
  },
  'account.updated': {
    fragments: posts.forgetAccount,
    fediverse: sendProfile,
  },
  'account.hidden': {
    fragments: posts.forgetAccount,
  },
  'account.removed': {
    fragments: posts.forgetAccount,
    follows: endFollowsOf,
    posts: slow(purgePostsOf),
    likes: slow(purgeLikesOf),
    reactions: slow(purgeReactionsOf),
    notifications: slow(notifications.untellGone),
    timelines: slow(timelines.removeOwner),
    archives: slow(dropArchivesOf),
    media: slow(media.dropAllOf),
    traces: slow(eraseTraces),
  },
  'account.viewed': { counts: slow(fetchCounts) },
  'email.wanted': { letter: slow(sendWantedLetter) },
  'emoji.changed': { fragments: emojis.forgetEmojis },
  'emoji.removed': {
    accounts: slow(dropEmojiFromAccounts),
    posts: slow(dropEmojiFromPosts),
    reactions: slow(purgeReactionsWith),
    pictures: emojis.dropPictures,
  },
  'domains.changed': {
    fragments: forgetShown,
    accounts: slow(judgeAccounts),
    deliveries: slow(endDeliveries),
    media: slow(media.dropRefused),
  },
  'accounts.judged': { fragments: posts.forgetAccounts },
  'accounts.blocked': { follows: slow(severFollows) },
  'follows.severed': {
    fragments: posts.forgetAccounts,
    notifications: notifications.tellOfSeverance,
  },
  'follow.requested': {
    notifications: notifications.tellOfRequest,
    fediverse: sendFollow,
  },
  'follow.accepted': {
    timelines: timelines.backfill,
    notifications: notifications.tellOfFollow,
    fragments: posts.forgetFollowPair,
    history: slow(fetchFirstPosts),
    fediverse: sendAccept,
  },
  'follow.rejected': {
    timelines: timelines.removeFollowee,
    notifications: notifications.untellFollow,
    fragments: posts.forgetFollowPair,
    fediverse: sendReject,
  },
  'follow.removed': {
    timelines: timelines.removeFollowee,
    notifications: notifications.untellFollow,
    fragments: posts.forgetFollowPair,
    fediverse: sendUndoFollow,
  },
  'followers.differ': { follows: slow(mendFollowers) },
  'block.created': {
    timelines: timelines.removeBlocked,
    notifications: notifications.untellBlocked,
    fediverse: sendBlock,
  },
  'block.removed': {
    fediverse: sendUndoBlock,
  },
  'mute.created': {
    timelines: timelines.removeMuted,
  },
  'domain.blocked': {
    follows: slow(endFollowsWith),
    timelines: timelines.removeDomain,
    notifications: notifications.untellDomain,
  },
  'account.moved': {
    fragments: posts.forgetAccount,
    lists: slow(moveMember),
    aversions: slow(moveAversions),
    fediverse: sendMove,
  },
  'followers.moving': { follows: slow(moveFollowers) },
  'tag.followed': {
    timelines: timelines.backfillTag,
  },
  'tag.unfollowed': {
    timelines: timelines.removeTag,
  },
  'filters.changed': {
    filters: tellOfFilters,
  },
  'list.changed': {
    timelines: timelines.mendHome,
  },
  'thread.wanted': { answers: slow(fetchThread) },
  'conversation.merged': { conversations: conversations.mergeTalks },
  'post.created': {
    timelines: timelines.addPost,
    conversations: conversations.addPost,
    notifications: notifications.tellOfPost,
    fragments: posts.forgetAround,
    fediverse: sendCreate,
  },
  'post.crowded': { timelines: timelines.addToOthers },
  'post.linked': { timelines: timelines.addLinked },
  'post.edited': {
    timelines: timelines.refreshPost,
    conversations: conversations.movePost,
    notifications: notifications.tellOfEdit,
    fragments: posts.forgetPost,
    fediverse: sendUpdate,
  },
  'post.deleted': {
    timelines: timelines.removePost,
    conversations: conversations.removePost,
    notifications: notifications.untellPost,
    fragments: posts.forgetDeleted,
    filters: forgetFilteredPost,
    fediverse: sendDelete,
  },
  'post.liked': {
    notifications: notifications.tellOfLike,
    fragments: posts.forgetPost,
    fediverse: sendLike,
  },
  'post.unliked': {
    notifications: notifications.untellLike,
    fragments: posts.forgetPost,
    fediverse: sendUndoLike,
  },
  'post.reacted': {
    notifications: notifications.tellOfReaction,
    fragments: posts.forgetPost,
    timelines: timelines.refreshReacted,
    fediverse: sendReaction,
  },
  'post.unreacted': {
    notifications: notifications.untellReaction,
    fragments: posts.forgetPost,
    timelines: timelines.refreshReacted,
    fediverse: sendUndoReaction,
  },
  'link.found': { preview: visit(visitLink) },
  'link.previewed': { timelines: slow(timelines.refreshLinking) },
  'interaction.requested': { fediverse: sendInteractionRequest },
  'interaction.accepted': { fediverse: sendAllowed },
  'reply.answered': { fediverse: sendReplyAnswer },
  'reply.unproven': {
    timelines: timelines.withdrawAnswer,
    consent: slow(checkAnswer),
  },
  'reply.refused': {
    timelines: timelines.withdrawRefused,
    conversations: conversations.removePost,
    fragments: posts.forgetDeleted,
    fediverse: sendDelete,
  },
  'post.approved': {
    timelines: timelines.showApproved,
    conversations: conversations.addPost,
    notifications: notifications.tellOfPost,
    fragments: posts.forgetAround,
    fediverse: sendQuoteRequest,
  },
  'quote.requested': { fediverse: sendQuoteRequest },
  'quote.answered': { fediverse: sendQuoteAnswer },
  'quote.unproven': { consent: slow(checkQuote) },
  'quote.changed': {
    timelines: timelines.refreshPost,
    notifications: notifications.tellOfQuote,
    fragments: posts.forgetQuote,
    fediverse: sendQuoteChange,
  },
  'quote.revoked': { fediverse: sendRevocation },
  'post.scheduled': { publication: publishScheduled },
  'poll.voted': {
    fragments: posts.forgetPost,
    fediverse: sendVotes,
  },
  'poll.counted': {
    timelines: timelines.refreshPost,
    fediverse: sendCounts,
  },
  'poll.closed': {
    timelines: timelines.refreshPost,
    notifications: notifications.tellOfPollEnd,
    fediverse: sendPollEnd,
  },
  'post.pinned': { fediverse: sendPin },
  'post.unpinned': { fediverse: sendUnpin },
  'picture.uploaded': { picture: slow(media.workOnUpload) },
  'media.uploaded': { film: long(media.workOnUpload) },
  'media.changed': {
    fragments: posts.forgetPost,
    timelines: timelines.refreshPost,
  },
  'media.removed': { files: slow(media.dropFiles) },
  'report.created': {
    fediverse: sendFlag,
  },
  'digest.due': { letter: slow(sendDigest) },
  'import.started': { lines: slow(workOnImport) },
  'archive.wanted': { zip: slow(writeArchive) },
  'archive.ready': { letter: slow(sendArchiveLetter) },
  'push.wanted': { device: slow(pushNotification) },
  'relay.asked': { fediverse: sendRelayFollow },
  'relay.left': { fediverse: sendRelayUndo },
  'relay.followed': { fediverse: sendRelayAccept },
  'relay.changed': { list: forgetList },
  'activity.received': {
    effect: inbox(handleActivity),
  },
  'activity.carried': {
    effect: visit(handleActivity),
  },
};
