// What our serializers return, held against masto's types by the compiler: `npm run types` fails when a field goes missing or
// changes its kind. Nothing here runs. masto turns the keys of answers into camelCase, so the types are turned alike.
import type { mastodon } from 'masto';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import type {
  MastodonFilter,
  MastodonFilterKeyword,
  MastodonFilterStatus,
  MastodonOldFilter,
} from '#server/features/filters/serializers.ts';
import type { MastodonAdminEmailDomainBlock } from '#server/features/auth/serializers/email-domains.ts';
import type { CredentialAccount, serializePreferences } from '#server/features/auth/serializers/credentials.ts';
import type { serializeApp, serializeNewApp, serializeToken } from '#server/features/auth/serializers/oauth.ts';
import type {
  MastodonAdminDomainAllow,
  MastodonAdminDomainBlock,
  MastodonDomainBlock,
} from '#server/features/domains/serializers.ts';
import type { MastodonCustomEmoji, MastodonEmoji } from '#server/features/emojis/serializers.ts';
import type { MastodonSeverance } from '#server/features/graph/serializers/severances.ts';
import type { MastodonFamiliarFollowers, MastodonRelationship } from '#server/features/graph/serializers.ts';
import type { MastodonScheduledStatus } from '#server/features/composing/serializers.ts';
import type { MastodonConversation } from '#server/features/conversations/serializers.ts';
import type {
  serializeInstance,
  serializeInstanceV1,
  serializeRule,
  serializeWeek,
} from '#server/features/instance/serializers.ts';
import type { MastodonList } from '#server/features/lists/serializers.ts';
import type { MastodonMediaAttachment } from '#server/features/media/serializers.ts';
import type { MastodonMarkers, MastodonNotification } from '#server/features/notifications/serializers.ts';
import type { MastodonReport } from '#server/features/moderation/serializers.ts';
import type {
  MastodonGroupedNotifications,
  MastodonNotificationGroup,
} from '#server/features/notifications/serializers/groups.ts';
import type {
  MastodonNotificationPolicy,
  MastodonNotificationRequest,
} from '#server/features/notifications/serializers/requests.ts';
import type { MastodonStatus, MastodonStatusEdit } from '#server/features/posts/serializers.ts';
import type { MastodonPoll } from '#server/features/posts/serializers/poll.ts';
import type { MastodonFeaturedTag, MastodonTag, OwnProfile } from '#server/features/tags/serializers.ts';
import type { MastodonPushSubscription } from '#server/features/push/serializers.ts';

/** `reblogs_count` → `reblogsCount`, as masto does; keys with colons stay. */
type CamelKey<Key> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelKey<Tail>>}` : Key;
type Camel<Value> =
  Value extends ReadonlyArray<infer Item>
    ? Array<Camel<Item>>
    : Value extends object
      ? { [Key in keyof Value as CamelKey<Key>]: Camel<Value[Key]> }
      : Value;

/** masto's type with some fields in the wider form that Mastodon's documentation gives them. */
type Wider<Theirs, Fields> = Omit<Theirs, keyof Fields> & Fields;
/** Compiles only when every `Ours` is one of `Theirs`. */
type Fits<Ours extends Theirs, Theirs> = Ours;

// masto names this one field in snake_case, but turns it into camelCase like all others.
type FeatureApproval = Camel<mastodon.v1.Account['featureApproval']>;
// https://docs.joinmastodon.org/entities/Account/: `last_status_at` is null before the first post; ids of roles are strings.
type AccountFields = {
  lastStatusAt: string | null;
  featureApproval: FeatureApproval;
  // An account of the same form; a type cannot name itself here.
  moved?: object | null;
  roles: Array<{ id: string; name: string; color: string }>;
};
type Account = Wider<mastodon.v1.Account, AccountFields>;
// https://docs.joinmastodon.org/entities/Role/: ids and permissions are strings, the times and the position are the admin API's.
type Role = Pick<mastodon.v1.Role, 'name' | 'color' | 'highlighted' | 'collectionLimit'> & {
  id: string;
  permissions: string;
};
// The role stands beside `source`, not in it.
type Source = Omit<mastodon.v1.AccountSource, 'role'>;
// https://docs.joinmastodon.org/entities/Status/#application: null when the author shows no app.
// https://docs.joinmastodon.org/entities/Poll/#Option-votes_count: null while the totals are hidden.
type Poll = Wider<
  mastodon.v1.Poll,
  { options: Array<Wider<mastodon.v1.PollOption, { votesCount: number | null }>>; votersCount: number | null }
>;
// https://docs.joinmastodon.org/entities/ScheduledStatus/#params: null where nothing was given.
type ScheduledStatus = Omit<mastodon.v1.ScheduledStatus, 'params' | 'mediaAttachments'> & {
  params: object;
  mediaAttachments: MediaAttachment[];
};
// https://docs.joinmastodon.org/entities/MediaAttachment/: a sound without a cover has no preview; measures vary from kind to kind.
type Measures = Partial<mastodon.v1.MediaAttachmentMetaImage & mastodon.v1.MediaAttachmentMetaVideo>;
type MediaAttachment = Wider<
  mastodon.v1.MediaAttachment,
  { previewUrl: string | null; meta: { original?: Measures; small?: Measures; focus?: { x: number; y: number } } }
>;
// https://docs.joinmastodon.org/entities/PreviewCard/: no blurhash and no language where none is known.
type PreviewCard = Wider<
  mastodon.v1.PreviewCard,
  {
    authors: Array<Wider<mastodon.v1.PreviewCardAuthor, { account: Account | null }>>;
    blurhash: string | null;
    language: string | null;
  }
>;
type StatusFields = {
  account: Account;
  application: mastodon.v1.Application | null;
  mediaAttachments: MediaAttachment[];
  poll?: Poll | null;
  card?: PreviewCard | null;
};
type Status = Wider<mastodon.v1.Status, StatusFields & { reblog?: Wider<mastodon.v1.Status, StatusFields> | null }>;
type Conversation = Wider<mastodon.v1.Conversation, { accounts: Account[]; lastStatus: Status | null }>;
// https://docs.joinmastodon.org/entities/Relationship/#languages: null when all languages are shown.
type Relationship = Wider<mastodon.v1.Relationship, { languages: string[] | null }>;
// https://docs.joinmastodon.org/entities/V2_Instance/: thumbnail without blurhash and sizes, a number as API version, nobody to turn to.
type Instance = Wider<
  mastodon.v2.Instance,
  {
    thumbnail: Pick<mastodon.v2.InstanceThumbnail, 'url' | 'description'> & { blurhash: string | null };
    configuration: Wider<mastodon.v2.InstanceConfiguration, { urls: { streaming: string; status: string | null } }>;
    apiVersions: { mastodon: number };
    contact: { email: string; account: object | null };
  }
>;
type InstanceV1 = Wider<mastodon.v1.Instance, { contactAccount: object | null }>;
type NotificationKinds = Camel<MastodonNotification>['type'];
type Notification = {
  id: string;
  type: mastodon.v1.NotificationType;
  createdAt: string;
  account: Account;
  groupKey: string;
  status?: Status;
};
// https://docs.joinmastodon.org/methods/grouped_notifications/: a number, and a list of ids.
type NotificationGroup = {
  groupKey: string;
  notificationsCount: number;
  type: mastodon.v1.NotificationGroupType;
  mostRecentNotificationId: number;
  pageMinId?: string;
  pageMaxId?: string;
  latestPageNotificationAt?: string;
  sampleAccountIds: string[];
  statusId?: string;
};
type GroupedNotifications = {
  accounts: Account[];
  partialAccounts?: mastodon.v1.PartialAccountWithAvatar[];
  statuses: Status[];
  notificationGroups: NotificationGroup[];
};
// https://docs.joinmastodon.org/entities/NotificationRequest/: the count is a text.
type NotificationRequest = Wider<
  mastodon.v1.NotificationRequest,
  { notificationsCount: string; account: Account; lastStatus?: Status }
>;
// https://docs.joinmastodon.org/entities/Application/#CredentialApplication: a number, always 0.
type NewApp = Wider<mastodon.v1.Client, { clientSecretExpiresAt: number }>;

// https://docs.joinmastodon.org/entities/Preferences/#posting-default-language: null when none is set.
type Preference = Wider<mastodon.v1.Preference, { 'posting:default:language': string | null }>;

// https://docs.joinmastodon.org/entities/FeaturedTag/: the count is a string.
type FeaturedTag = Wider<mastodon.v1.FeaturedTag, { statusesCount: string }>;
// https://docs.joinmastodon.org/entities/WebPushSubscription/: the id is a number, and apps read it as one.
type PushSubscription = Omit<mastodon.v1.WebPushSubscription, 'id' | 'alerts'> & {
  id: number;
  alerts: Record<string, boolean>;
};

// masto misspells `reject_reports`: https://docs.joinmastodon.org/entities/Admin_DomainBlock/#reject_reports
type AdminDomainBlock = Omit<mastodon.v1.admin.DomainBlock, 'rejectReposts'> & { rejectReports: boolean };

/** News of reactions reach those apps only that ask for them by this name. */
type Reactions = 'pleroma:emoji_reaction';
type Unasked<News extends { type: string }> = Omit<News, 'type'> & { type: Exclude<News['type'], Reactions> };

/** Each line is one promise. */
export type Promises = [
  Fits<Camel<MastodonAccount>, Account>,
  Fits<Camel<CredentialAccount>, Account & { source: Source; role: Role }>,
  Fits<Camel<MastodonRelationship>, Relationship>,
  Fits<Camel<MastodonFamiliarFollowers>, { id: string; accounts: Account[] }>,
  Fits<
    Camel<OwnProfile>,
    Wider<
      mastodon.v1.Profile,
      { featuredTags: FeaturedTag[]; fields: Array<{ name: string; value: string; verifiedAt: string | null }> }
    >
  >,
  Fits<Camel<MastodonStatus>, Status>,
  Fits<
    Camel<MastodonStatusEdit>,
    Wider<mastodon.v1.StatusEdit, { account: Account; mediaAttachments: MediaAttachment[] }>
  >,
  Fits<Camel<MastodonPoll>, Poll>,
  Fits<Camel<MastodonScheduledStatus>, ScheduledStatus>,
  Fits<Camel<MastodonConversation>, Conversation>,
  Fits<Camel<MastodonTag>, mastodon.v1.Tag>,
  Fits<Camel<MastodonFeaturedTag>, FeaturedTag>,
  Fits<Camel<MastodonFilter>, mastodon.v2.Filter>,
  Fits<Camel<MastodonFilterKeyword>, mastodon.v1.FilterKeyword>,
  Fits<Camel<MastodonFilterStatus>, mastodon.v1.FilterStatus>,
  Fits<Camel<MastodonOldFilter>, mastodon.v1.Filter>,
  Fits<Camel<MastodonList>, mastodon.v1.List>,
  Fits<Camel<MastodonMediaAttachment>, MediaAttachment>,
  Fits<Camel<Unasked<MastodonNotification>>, Notification>,
  Fits<Exclude<NotificationKinds, Reactions>, mastodon.v1.NotificationType>,
  Fits<Camel<Unasked<MastodonNotificationGroup>>, NotificationGroup>,
  Fits<
    Camel<
      Omit<MastodonGroupedNotifications, 'notification_groups'> & {
        notification_groups: Array<Unasked<MastodonNotificationGroup>>;
      }
    >,
    GroupedNotifications
  >,
  Fits<Camel<MastodonNotificationPolicy>, mastodon.v2.NotificationPolicy>,
  Fits<Camel<MastodonNotificationRequest>, NotificationRequest>,
  Fits<Camel<MastodonReport>, Wider<mastodon.v1.Report, { targetAccount: Account }>>,
  Fits<Camel<MastodonPushSubscription>, PushSubscription>,
  Fits<Camel<MastodonCustomEmoji>, mastodon.v1.CustomEmoji>,
  Fits<Camel<MastodonEmoji>, mastodon.v1.CustomEmoji>,
  Fits<Camel<MastodonDomainBlock>, mastodon.v1.DomainBlock>,
  Fits<Camel<MastodonSeverance>, mastodon.v1.RelationshipSeveranceEvent>,
  Fits<Camel<MastodonAdminDomainBlock>, AdminDomainBlock>,
  Fits<Camel<MastodonAdminDomainAllow>, mastodon.v1.admin.DomainAllow>,
  Fits<Camel<MastodonAdminEmailDomainBlock>, mastodon.v1.admin.EmailDomainBlock>,
  Fits<Camel<MastodonMarkers>, Partial<mastodon.v1.Marker>>,
  Fits<Camel<ReturnType<typeof serializeInstance>>, Instance>,
  Fits<Camel<ReturnType<typeof serializeInstanceV1>>, InstanceV1>,
  Fits<Camel<ReturnType<typeof serializeRule>>, mastodon.v1.Rule>,
  Fits<Camel<ReturnType<typeof serializeWeek>>, mastodon.v1.Activity>,
  Fits<Camel<ReturnType<typeof serializeApp>>, mastodon.v1.Application>,
  Fits<Camel<ReturnType<typeof serializeNewApp>>, NewApp>,
  Fits<Camel<ReturnType<typeof serializeToken>>, mastodon.v1.Token>,
  Fits<ReturnType<typeof serializePreferences>, Preference>,
];
