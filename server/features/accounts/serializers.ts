// An account as Mastodon's clients read it. Every account in every answer comes from here.
import { serializeEmojis, type MastodonEmoji } from '#server/features/emojis/serializers.ts';
import type { MediaAddresses } from '#server/platform/files/address.ts';
import { plainToHtml } from '#server/platform/text.ts';
import type { AccountView } from './queries.ts';
import type { PictureReference } from './entities.ts';
import { handleOf } from './policy.ts';

/** What addresses in an account are made of: a part of the context. */
export interface Places {
  config: { origin: string };
  media: MediaAddresses;
}

/** @see https://docs.joinmastodon.org/entities/Account/ */
export interface MastodonAccount {
  id: string;
  username: string;
  acct: string;
  url: string;
  uri: string;
  display_name: string;
  note: string;
  avatar: string;
  avatar_static: string;
  avatar_description: string;
  header: string;
  header_static: string;
  header_description: string;
  locked: boolean;
  bot: boolean;
  group: boolean;
  discoverable: boolean;
  indexable: boolean;
  noindex?: boolean;
  created_at: string;
  last_status_at: string | null;
  statuses_count: number;
  followers_count: number;
  following_count: number;
  hide_collections: boolean | null;
  show_media: boolean;
  show_media_replies: boolean;
  show_featured: boolean;
  emojis: MastodonEmoji[];
  fields: MastodonField[];
  roles: Array<{ id: string; name: string; color: string }>;
  suspended?: true;
  limited?: true;
  /** The account that it goes on under. */
  moved?: MastodonAccount;
  mute_expires_at?: string | null;
  feature_approval: { automatic: never[]; manual: never[]; current_user: 'denied' };
}

export interface MastodonField {
  name: string;
  value: string;
  verified_at: string | null;
}

/** The account as anybody may see it; a suspended one without what it showed. */
export function serializeAccount(account: AccountView, places: Places): MastodonAccount {
  const suspended = account.suspendedAt !== null;
  const avatar = pictureAddresses(suspended ? null : account.avatar, 'avatar', places);
  const header = pictureAddresses(suspended ? null : account.header, 'header', places);
  const local = account.domain === null;
  return {
    id: account.id,
    username: account.username,
    acct: handleOf(account),
    url: account.url ?? account.uri,
    uri: account.uri,
    display_name: suspended ? '' : account.displayName,
    note: suspended ? '' : account.bioHtml,
    avatar: avatar.url,
    avatar_static: avatar.still,
    avatar_description: account.avatar?.description ?? '',
    header: header.url,
    header_static: header.still,
    header_description: account.header?.description ?? '',
    locked: account.locked,
    bot: account.kind === 'service' || account.kind === 'application',
    group: account.kind === 'group',
    discoverable: account.discoverable,
    indexable: account.indexable,
    ...(local ? { noindex: !account.indexable } : {}),
    created_at: `${account.createdAt.toISOString().slice(0, 10)}T00:00:00.000Z`,
    last_status_at: account.lastPostAt?.toISOString().slice(0, 10) ?? null,
    statuses_count: account.postsCount,
    followers_count: account.followersCount,
    following_count: account.followingCount,
    hide_collections: local ? account.hideCollections : null,
    show_media: account.showMedia,
    show_media_replies: account.showMediaReplies,
    show_featured: account.showFeatured,
    emojis: suspended ? [] : serializeEmojis(account.emojis, places),
    fields: suspended ? [] : serializeFields(account),
    roles: [],
    ...(suspended ? { suspended: true as const } : {}),
    ...(account.limitedAt === null ? {} : { limited: true as const }),
    ...(account.movedTo === null || suspended ? {} : { moved: serializeAccount(account.movedTo, places) }),
    feature_approval: { automatic: [], manual: [], current_user: 'denied' },
  };
}

/**
 * Where a picture is fetched, and where without its movement: always from this server. Without one, the address of a
 * placeholder: clients know it by its ending.
 */
export function pictureAddresses(
  picture: PictureReference | null,
  kind: 'avatar' | 'header',
  { config, media }: Places,
): { url: string; still: string } {
  if (picture?.key === undefined && picture?.url !== undefined)
    return { url: media.remote(picture.url, kind), still: media.remote(picture.url, `${kind}-still`) };
  const url = picture?.key === undefined ? `${config.origin}/${kind}s/original/missing.png` : media.file(picture.key);
  return { url, still: url };
}

/** Our own fields are kept as plain text and rendered here; those of others were sanitised when they came in. */
function serializeFields(account: AccountView): MastodonField[] {
  return account.fields.map((field) => ({
    name: field.name,
    value: account.domain === null ? plainToHtml(field.value, { inline: true, relMe: true }) : field.value,
    verified_at: field.verifiedAt,
  }));
}

/** The account as its owner edits it: texts as they were typed, no placeholders. @see https://docs.joinmastodon.org/entities/Profile/ */
export interface MastodonProfile {
  id: string;
  display_name: string;
  note: string;
  fields: MastodonField[];
  avatar: string | null;
  avatar_static: string | null;
  avatar_description: string;
  header: string | null;
  header_static: string | null;
  header_description: string;
  locked: boolean;
  bot: boolean;
  hide_collections: boolean;
  discoverable: boolean;
  indexable: boolean;
  show_media: boolean;
  show_media_replies: boolean;
  show_featured: boolean;
  attribution_domains: string[];
}

export function serializeProfile(account: AccountView, places: Places): MastodonProfile {
  const avatar = account.avatar === null ? null : pictureAddresses(account.avatar, 'avatar', places).url;
  const header = account.header === null ? null : pictureAddresses(account.header, 'header', places).url;
  return {
    id: account.id,
    display_name: account.displayName,
    note: account.bio,
    fields: account.fields.map(({ name, value, verifiedAt }) => ({ name, value, verified_at: verifiedAt })),
    avatar,
    avatar_static: avatar,
    avatar_description: account.avatar?.description ?? '',
    header,
    header_static: header,
    header_description: account.header?.description ?? '',
    locked: account.locked,
    bot: account.kind === 'service' || account.kind === 'application',
    hide_collections: account.hideCollections,
    discoverable: account.discoverable,
    indexable: account.indexable,
    show_media: account.showMedia,
    show_media_replies: account.showMediaReplies,
    show_featured: account.showFeatured,
    attribution_domains: account.attributionDomains,
  };
}
