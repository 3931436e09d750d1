// Every event and its payload. Payloads hold ids, never entities: a subscriber loads the present state.
// An event is a row in the outbox, written in the transaction of the change that it tells of.
import type { EmojiReference } from '#server/features/emojis/entities.ts';

/** What others need to know to forget a post; its row may be gone. */
export interface ForgottenPost {
  postId: string;
  uri: string;
  accountId: string;
  local: boolean;
  visibility: string;
  inReplyToId: string | null;
  inReplyToAccountId: string | null;
  boostOfId: string | null;
  boostOfUri: string | null;
  mentionedIds: string[];
  /** The group in which it was written. */
  groupId?: string | null;
  /** Whose leave it still waited for. */
  awaitsId?: string | null;
  tags: string[];
}

export interface Events {
  /** A person may now use the server: signed up and, where asked, confirmed and approved. */
  'account.opened': { accountId: string };
  /** Name, bio, fields, pictures or flags of an account changed. */
  'account.updated': { accountId: string };
  /** The owner of an account asked to delete it: nobody sees it until they come back. */
  'account.hidden': { accountId: string };
  /** An account was deleted, here or on its own server; its row stays, marked. */
  'account.removed': { accountId: string };
  /**
   * Somebody with this address shall get a letter: the link to confirm it, the link to a new password, word that it has a login already
   * (`known`), that they were let in (`approved`), that their password changed, the link to take it as new address (`change`), that it is so no more
   * (`email-changed`), that a second factor came or went, or that a recovery
   * code was used. `pending` tells the staff that this sign-up waits.
   */
  'email.wanted': {
    kind:
      | 'confirm'
      | 'reset'
      | 'known'
      | 'leaving'
      | 'pending'
      | 'approved'
      | 'password-changed'
      | 'change'
      | 'email-changed'
      | 'restored'
      | 'factor-added'
      | 'factor-removed'
      | 'recovery-used';
    email: string;
    /** Whose login it is about when the address is not theirs yet, or no more (`change`, `email-changed`). */
    accountId?: string;
  };

  /** The emoji of this server are others, or called otherwise. */
  'emoji.changed': { emojiId: string };
  /** The row is gone; these are the keys of its pictures. */
  'emoji.removed': { emojiId: string; keys: string[] };
  /** Somebody here looks at an account of another server, whose counts were not asked for lately. */
  'account.viewed': { accountId: string };
  /** What was decided about other servers has changed: accounts, follows, deliveries and files follow. */
  'domains.changed': { changeId: string };
  /** These accounts of other servers are seen by others than before, because of what was decided about their servers. */
  'accounts.judged': { accountIds: string[] };
  /** These are shut out because their server is blocked, by a block of that name. */
  'accounts.blocked': { accountIds: string[]; changeId: string; domain: string };
  /** Follows of people here were ended by the block of a server; what ended is kept by the severance. */
  'follows.severed': { severanceIds: string[]; accountIds: string[] };

  'follow.requested': { followId: string; followerId: string; followeeId: string };
  'follow.accepted': { followId: string; followerId: string; followeeId: string };
  /** A request that a local account refused, or a follower whom it removed. */
  'follow.rejected': { followUri: string | null; followerId: string; followeeId: string };
  'follow.removed': { followUri: string | null; followerId: string; followeeId: string };
  /** Another server counts the followers of its account otherwise than we do; `url` is its list of those whom it takes for ours. */
  'followers.differ': { accountId: string; collectionId: string; url: string };
  'block.created': { blockId: string; blockerId: string; blockedId: string };
  'block.removed': { blockUri: string | null; blockerId: string; blockedId: string };
  'mute.created': { muterId: string; mutedId: string };
  'domain.blocked': { accountId: string; domain: string };

  /** Somebody goes on under another account; their followers here and what else was about them come along. */
  'account.moved': { moveId: string; accountId: string };
  /** The next of the followers here of somebody who moved, by the id of their follow; due a little later each time. */
  'followers.moving': { moveId: string; afterId: string };

  'tag.followed': { accountId: string; tagId: string };
  'tag.unfollowed': { accountId: string; tagId: string };

  'filters.changed': { accountId: string };
  /** What an exclusive list holds has changed; the posts of the freed accounts belong into its owner's home again. */
  'list.changed': { ownerId: string; freedIds: string[] };

  /** Somebody looks at a conversation of which other servers may have more. */
  'thread.wanted': { conversationId: string };
  /** Conversations with direct posts became part of another, as what joins them came. */
  'conversation.merged': { from: string[]; into: string };
  'post.created': { postId: string; accountId: string };
  /** A post of somebody whom many follow has reached those who look at their home timeline; it is due to the others. */
  'post.crowded': { postId: string };
  /** An answer that came before what it answers has found it. */
  'post.linked': { postId: string };
  'post.edited': { postId: string; accountId: string };
  /** The row is gone; what subscribers still need travels with the event. */
  'post.deleted': ForgottenPost;
  /** The author of a post of another server is asked whether one of ours may answer, like or boost it. */
  'interaction.requested': { requestId: string };
  /** They said yes. */
  'interaction.accepted': { requestId: string };
  /**
   * An answer by somebody of another server waits for the author of what it answers: whether they agree is asked of their server. `wasShown`:
   * it did not wait before.
   */
  'reply.unproven': { postId: string; wasShown?: boolean };
  /** The author of a post of another server does not want an answer of ours, or no longer: it is its writer's alone from now on. */
  'reply.refused': ForgottenPost;
  /** An answer or boost that waited for somebody's leave is from now on seen by all whom it is for. */
  'post.approved': { postId: string; accountId: string };
  /** Somebody of another server is told whether their answer to a post of ours is taken; `requestUri` when they asked first. */
  'reply.answered': {
    postId: string;
    replierId: string;
    replyUri: string;
    requestUri: string | null;
    replyId: string | null;
    isAccepted: boolean;
  };
  /** A post of ours quotes one of another server: its author is asked. */
  'quote.requested': { postId: string };
  /** Somebody of another server asked to quote a post of ours: the answer. `postId` is their post, null when we do not take it. */
  'quote.answered': {
    postId: string | null;
    quotedId: string;
    quoterId: string;
    requestUri: string;
    quotingUri: string;
    isAccepted: boolean;
  };
  /**
   * A post of another server says that it quotes one of another server: what is quoted, and whether its author agrees, is asked of theirs.
   * `depth` counts quotes of quotes.
   */
  'quote.unproven': { postId: string; authorizationUri: string | null; depth: number };
  /** A quote was allowed, refused or taken back; or others may quote the post from now on. */
  'quote.changed': { postId: string; quotedId: string | null };
  /** The author of a post of ours takes it out of a quote. */
  'quote.revoked': { postId: string; quotedId: string };

  'post.liked': { likeId: string; postId: string; accountId: string };
  'post.unliked': { likeUri: string | null; likeId: string; postId: string; accountId: string };

  'post.reacted': { reactionId: string; postId: string; accountId: string };
  /** The row is gone; what it takes to tell others travels with the event. */
  'post.unreacted': {
    reactionId: string;
    reactionUri: string | null;
    postId: string;
    accountId: string;
    name: string;
    emoji: EmojiReference | null;
  };

  /** Somebody must visit a page that posts link to; due when it is its turn. */
  'link.found': { previewId: string };
  /** What is shown of a link has changed, in all posts that hold it. */
  'link.previewed': { previewId: string };

  /** Due at the time of a scheduled post; one that was moved or dropped since is left alone. */
  'post.scheduled': { scheduledId: string };
  /** Somebody voted; their account may be of another server. */
  'poll.voted': { postId: string; accountId: string };
  /** The counts of a poll of ours have changed, some while ago: due when other servers are to hear of it. */
  'poll.counted': { postId: string };
  /** Due at the end of a poll. An end that was moved since is none. */
  'poll.closed': { postId: string };
  'post.pinned': { postId: string; accountId: string };
  'post.unpinned': { postId: string; accountId: string };

  /** So many pictures came at once that this one waits for a worker; or it is to be tried again. */
  'picture.uploaded': { mediaId: string };
  /** A film or sound was uploaded, or is to be tried again: a worker makes it ready. */
  'media.uploaded': { mediaId: string };
  /** What a post shows is ready now, or shows something else. */
  'media.changed': { mediaId: string; postId: string };
  /** Rows of media are gone; these are the keys of their files. A key that ends with a slash is a folder. `urls`: where they were on other servers. */
  'media.removed': { keys: string[]; urls: string[] };

  /** Somebody told the staff about an account. */
  'report.created': { reportId: string };
  /** Somebody was away for a whole period; `since` is when the last one ended, ISO 8601. */
  'digest.due': { accountId: string; since: string };
  /** A file was brought along, or some of its lines are done and others wait. */
  'import.started': { importId: string };
  /** Somebody asked for an archive of their account. */
  'archive.wanted': { archiveId: string };
  /** It is written and can be fetched. */
  'archive.ready': { archiveId: string };
  /** A notification was made that a device wants to hear of. */
  'push.wanted': { subscriptionId: string; notificationId: string };

  /** The staff wants a relay; it is asked. */
  'relay.asked': { relayId: string };
  /** It shall stop. `actorUri` is what the Follow named; null: everybody. */
  'relay.left': { relayId: string; followUri: string; inboxUrl: string; actorUri: string | null };
  /** A relay follows the server's own account. */
  'relay.followed': { relayId: string; followUri: string; actorUri: string };
  /** The list of relays, or what one of them said, has changed. */
  'relay.changed': { relayId: string };

  /** Another server sent an activity; its row is in inbox_activities. */
  'activity.received': { inboxId: string };
  /** Another server brought an activity that is not its own: it counts when it proves itself, or when its origin has it. */
  'activity.carried': { inboxId: string };
}

export type EventName = keyof Events;
