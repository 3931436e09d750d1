// Every table of the server. Migrations are made from this list.
import type { InferKyselyDB } from '@mikro-orm/sql';
import { AccountSchema, AccountKeySchema } from '#server/features/accounts/entities.ts';
import {
  AccessTokenSchema,
  AuthChallengeSchema,
  EmailDomainBlockSchema,
  EmailDomainRefusalSchema,
  EmailTokenSchema,
  OauthAppSchema,
  OauthCodeSchema,
  PasskeySchema,
  RecoveryCodeSchema,
  SessionSchema,
  TotpKeySchema,
  UserSchema,
} from '#server/features/auth/entities.ts';
import { CustomEmojiSchema } from '#server/features/emojis/entities.ts';
import {
  AccountNoteSchema,
  BlockSchema,
  DomainBlockSchema,
  EndorsementSchema,
  FollowSchema,
  MoveSchema,
  MuteSchema,
  SeveranceSchema,
  SeveredFollowSchema,
} from '#server/features/graph/entities.ts';
import {
  BlockListSchema,
  DomainChangeSchema,
  ServerAllowSchema,
  ServerBlockSchema,
} from '#server/features/domains/entities.ts';
import { FilterKeywordSchema, FilterPostSchema, FilterSchema } from '#server/features/filters/entities.ts';
import { TalkSchema } from '#server/features/conversations/entities.ts';
import { DraftSchema, ScheduledPostSchema } from '#server/features/composing/entities.ts';
import { DigestSchema } from '#server/features/digests/entities.ts';
import { ArchiveSchema, ImportRowSchema, ImportSchema } from '#server/features/exchange/entities.ts';
import { InstanceSettingSchema } from '#server/features/instance/entities.ts';
import { LinkPreviewSchema } from '#server/features/links/entities.ts';
import { ListAccountSchema, ListSchema, ListTagSchema } from '#server/features/lists/entities.ts';
import {
  MediaAttachmentSchema,
  RemoteFileSchema,
  RemoteUsageSchema,
  ResumableUploadSchema,
} from '#server/features/media/entities.ts';
import { ReportSchema } from '#server/features/moderation/entities.ts';
import {
  MarkerSchema,
  NotificationPermissionSchema,
  NotificationPolicySchema,
  NotificationRequestSchema,
  NotificationSchema,
} from '#server/features/notifications/entities.ts';
import {
  BackfillSchema,
  IdempotencyKeySchema,
  MentionSchema,
  PostSchema,
  PostTagSchema,
  PostVersionSchema,
  TagSchema,
  TombstoneSchema,
} from '#server/features/posts/entities.ts';
import {
  BookmarkSchema,
  LikeSchema,
  MutedConversationSchema,
  PinSchema,
} from '#server/features/posts/entities/acts.ts';
import { PollSchema, PollVoteSchema } from '#server/features/posts/entities/polls.ts';
import { InteractionRequestSchema, QuoteSchema } from '#server/features/posts/entities/quotes.ts';
import { RelaySchema } from '#server/features/relays/entities.ts';
import { ReactionSchema } from '#server/features/reactions/entities.ts';
import { FeaturedTagSchema, TagFollowSchema } from '#server/features/tags/entities.ts';
import { FeedEntrySchema, HomeSettingSchema } from '#server/features/timelines/entities.ts';
import { PushSubscriptionSchema } from '#server/features/push/entities.ts';
import {
  DeliverySchema,
  InboxActivitySchema,
  OutgoingActivitySchema,
  RemoteHostSchema,
} from '#server/platform/fediverse/tables.ts';
import { OutboxEventSchema } from '#server/platform/outbox-table.ts';
import { ScheduleRunSchema } from '#server/platform/schedule-table.ts';

export const entities = [
  InstanceSettingSchema,
  CustomEmojiSchema,
  BlockListSchema,
  ServerBlockSchema,
  ServerAllowSchema,
  DomainChangeSchema,
  AccountSchema,
  AccountKeySchema,
  UserSchema,
  SessionSchema,
  OauthAppSchema,
  OauthCodeSchema,
  AccessTokenSchema,
  EmailTokenSchema,
  EmailDomainBlockSchema,
  EmailDomainRefusalSchema,
  TotpKeySchema,
  PasskeySchema,
  RecoveryCodeSchema,
  AuthChallengeSchema,
  PushSubscriptionSchema,
  MediaAttachmentSchema,
  RemoteFileSchema,
  RemoteUsageSchema,
  ResumableUploadSchema,
  FollowSchema,
  BlockSchema,
  MuteSchema,
  DomainBlockSchema,
  EndorsementSchema,
  AccountNoteSchema,
  MoveSchema,
  SeveranceSchema,
  SeveredFollowSchema,
  FilterSchema,
  FilterKeywordSchema,
  FilterPostSchema,
  LinkPreviewSchema,
  RelaySchema,
  PostSchema,
  MentionSchema,
  TagSchema,
  PostTagSchema,
  PostVersionSchema,
  LikeSchema,
  ReactionSchema,
  BookmarkSchema,
  BackfillSchema,
  PinSchema,
  MutedConversationSchema,
  PollSchema,
  PollVoteSchema,
  QuoteSchema,
  InteractionRequestSchema,
  TombstoneSchema,
  IdempotencyKeySchema,
  TagFollowSchema,
  FeaturedTagSchema,
  ListSchema,
  ListAccountSchema,
  ListTagSchema,
  ScheduledPostSchema,
  DraftSchema,
  TalkSchema,
  FeedEntrySchema,
  HomeSettingSchema,
  NotificationSchema,
  NotificationPolicySchema,
  NotificationRequestSchema,
  NotificationPermissionSchema,
  MarkerSchema,
  ReportSchema,
  DigestSchema,
  ImportSchema,
  ImportRowSchema,
  ArchiveSchema,
  OutboxEventSchema,
  ScheduleRunSchema,
  InboxActivitySchema,
  OutgoingActivitySchema,
  DeliverySchema,
  RemoteHostSchema,
];

type Inferred = InferKyselyDB<(typeof entities)[number]>;

/** References that may be empty; the inference takes every reference for a present one. */
interface EmptyReferences {
  posts: 'boost_of_id' | 'link_preview_id';
  link_previews: 'author_id';
  access_tokens: 'app_id' | 'account_id' | 'session_id';
  email_tokens: 'account_id';
  auth_challenges: 'account_id';
  notifications: 'post_id' | 'severance_id';
  quotes: 'quoted_id';
}

/** Every table with its columns as they are named in SQL. */
export type Tables = {
  [Table in keyof Inferred]: Table extends keyof EmptyReferences
    ? Omit<Inferred[Table], EmptyReferences[Table]> & Record<EmptyReferences[Table], string | null>
    : Inferred[Table];
};
