// The entities of the Mastodon client API, as far as the web app reads them. Field names are the wire's;
// everywhere else in the app the words are post, boost and like.

export type Visibility = 'public' | 'unlisted' | 'private' | 'direct';

/** Who may quote a post. */
export type QuotePolicy = 'public' | 'followers' | 'nobody';

export interface CustomEmoji {
  shortcode: string;
  url: string;
  static_url: string;
  visible_in_picker?: boolean;
}

/** How often people reacted with one emoji; `url` is the picture of a custom one. */
export interface EmojiReaction {
  name: string;
  count: number;
  me: boolean;
  url?: string | null;
  static_url?: string | null;
}

export interface Field {
  name: string;
  /** HTML on an account, plain text in `source`. */
  value: string;
  verified_at?: string | null;
}

export interface Account {
  id: string;
  username: string;
  /** Without a domain for people of this server. */
  acct: string;
  url: string | null;
  display_name: string;
  /** HTML. */
  note: string;
  avatar: string;
  header: string;
  locked: boolean;
  bot: boolean;
  created_at: string;
  statuses_count: number;
  followers_count: number;
  following_count: number;
  emojis: CustomEmoji[];
  fields: Field[];
  suspended?: boolean;
}

export interface CredentialAccount extends Account {
  source: {
    privacy: Visibility;
    sensitive: boolean;
    /** Empty when the person has not chosen one. */
    language: string | null;
    /** Plain text. */
    note: string;
    fields: Field[];
    follow_requests_count: number;
    quote_policy?: QuotePolicy;
  };
  role?: { id: string; name: string; permissions: string } | null;
}

export interface Relationship {
  id: string;
  following: boolean;
  followed_by: boolean;
  requested: boolean;
  blocking: boolean;
  muting: boolean;
  muting_notifications: boolean;
}

export interface Mention {
  id: string;
  username: string;
  url: string;
  acct: string;
}

export interface Tag {
  name: string;
  url: string;
}

/** Pixels and seconds. */
export interface MediaMeasures {
  width?: number;
  height?: number;
  duration?: number;
}

export type MediaKind = 'image' | 'gifv' | 'video' | 'audio' | 'unknown';

export interface MediaAttachment {
  id: string;
  type: MediaKind;
  /** Null while it is being made ready, and when that failed. */
  url: string | null;
  preview_url: string | null;
  remote_url: string | null;
  description: string | null;
  blurhash?: string | null;
  meta?: {
    original?: MediaMeasures;
    small?: MediaMeasures;
    /** From -1 (left, bottom) to 1 (right, top). */
    focus?: { x: number; y: number };
    /** Loudness from beginning to end, 0 to 100. */
    waveform?: number[];
    /** Per cent, while it is being made ready. */
    progress?: number;
  } | null;
  /** The playlist of a longer film. */
  hls_url?: string;
  /** Why it could not be made ready, for its owner. */
  failure?: string;
}

/** What a page that a post links to says about itself. */
export interface PreviewCard {
  url: string;
  title: string;
  description: string;
  type: 'link' | 'photo' | 'video' | 'rich';
  authors?: { name: string; url: string; account: Account | null }[];
  author_name: string;
  author_url: string;
  provider_name: string;
  image: string | null;
  width: number;
  height: number;
  blurhash?: string | null;
  /** What the picture shows. */
  image_description?: string;
  language?: string | null;
  published_at?: string | null;
}

export interface Poll {
  id: string;
  /** Null: it never ends. */
  expires_at: string | null;
  expired: boolean;
  multiple: boolean;
  votes_count: number;
  /** Null when its origin does not say. */
  voters_count: number | null;
  /** `votes_count` is null while the results are kept back. */
  options: { title: string; votes_count: number | null }[];
  emojis: CustomEmoji[];
  /** Only for people who are signed in; true also for its author. */
  voted?: boolean;
  /** Places of the options, from 0. */
  own_votes?: number[];
}

/** What a post quotes. Inside a quoted post only the id of what that one quotes. */
export interface Quote {
  /** `accepted`, or why it is not shown. */
  state: string;
  quoted_status?: Status | null;
  quoted_status_id?: string | null;
}

/** Where a filter applies. */
export type FilterPlace = 'home' | 'notifications' | 'public' | 'thread' | 'account';

/** A filter of the reader that matches a post. */
export interface FilterResult {
  filter: { id: string; title: string; context: FilterPlace[]; filter_action: 'warn' | 'hide' | 'blur' };
}

export interface Status {
  id: string;
  url: string | null;
  created_at: string;
  edited_at: string | null;
  account: Account;
  /** HTML, sanitised by the server. */
  content: string;
  visibility: Visibility;
  sensitive: boolean;
  spoiler_text: string;
  media_attachments: MediaAttachment[];
  poll: Poll | null;
  card?: PreviewCard | null;
  quote?: Quote | null;
  quote_approval?: {
    /** Who may quote it at once, and who may ask to. */
    automatic: string[];
    manual: string[];
    current_user: 'automatic' | 'manual' | 'denied' | 'unknown';
  };
  application?: { name: string; website: string | null } | null;
  mentions: Mention[];
  tags: Tag[];
  emojis: CustomEmoji[];
  reblogs_count: number;
  emoji_reactions?: EmojiReaction[];
  favourites_count: number;
  replies_count: number;
  in_reply_to_id: string | null;
  in_reply_to_account_id: string | null;
  reblog: Status | null;
  language: string | null;
  favourited?: boolean;
  reblogged?: boolean;
  bookmarked?: boolean;
  /** Whether the reader wants no news of its conversation. */
  muted?: boolean;
  /** Only on one's own posts. */
  pinned?: boolean;
  filtered?: FilterResult[];
}

/** A timeline of one's own choosing. */
export interface List {
  id: string;
  title: string;
}

/** A post that waits for its time. */
export interface ScheduledStatus {
  id: string;
  scheduled_at: string;
  params: {
    text: string;
    poll: { options: string[]; expires_in: number; multiple: boolean; hide_totals: boolean } | null;
    sensitive: boolean;
    spoiler_text: string;
    visibility: Visibility;
    in_reply_to_id: string | null;
    quoted_status_id: string | null;
    quote_approval_policy: QuotePolicy | null;
    language: string | null;
  };
  media_attachments: MediaAttachment[];
}

/** What somebody has not finished writing, kept by the server. Our own words. */
export interface KeptDraft {
  id: string;
  content: string;
  /** As posts of our own API say it: `followers` is what the wire calls `private`. */
  visibility: string | null;
  in_reply_to: string | null;
  content_warning: string | null;
  sensitive: boolean | null;
  language: string | null;
  poll: { options: string[]; expires_in: number | null; multiple: boolean; hide_totals: boolean } | null;
  quoted: string | null;
  quote_policy: QuotePolicy | null;
  media_attachments: MediaAttachment[];
  /** Why it was not published at its time. */
  problem: string | null;
  updated_at: string;
}

export interface StatusSource {
  id: string;
  text: string;
  spoiler_text: string;
}

export interface StatusEdit {
  content: string;
  spoiler_text: string;
  created_at: string;
  sensitive?: boolean;
  media_attachments?: MediaAttachment[];
  poll?: { options: { title: string }[] };
  emojis: CustomEmoji[];
}

export interface Context {
  ancestors: Status[];
  descendants: Status[];
}

export interface Notification {
  id: string;
  type: string;
  created_at: string;
  account: Account;
  status?: Status | null;
  /** What somebody reacted with, and the picture of a custom one. */
  emoji?: string;
  emoji_url?: string | null;
}

export interface SearchResults {
  accounts: Account[];
  statuses: Status[];
  hashtags: Tag[];
}

export interface Instance {
  domain: string;
  title: string;
  version: string;
  source_url: string;
  description: string;
  thumbnail: { url: string | null };
  usage?: { users?: { active_month?: number } };
  languages?: string[];
  contact?: { email: string; account: Account | null };
  rules?: { id: string; text: string; hint?: string }[];
  registrations: { enabled: boolean; approval_required: boolean; message?: string | null };
  configuration: {
    urls: { streaming?: string; about?: string | null };
    accounts?: { max_profile_fields?: number; max_display_name_length?: number; max_note_length?: number };
    statuses: { max_characters: number; characters_reserved_per_url?: number; max_media_attachments?: number };
    polls?: { max_options: number; max_characters_per_option: number; min_expiration: number; max_expiration: number };
    media_attachments?: {
      supported_mime_types?: string[];
      /** Characters. */
      description_limit?: number;
      /** Bytes. */
      image_size_limit?: number;
      video_size_limit?: number;
      /** Our own: whether every picture of a post must be described. */
      description_required?: boolean;
    };
  };
}

export type SignUpState = 'active' | 'unconfirmed' | 'pending';

export interface Session {
  id: string;
  created_at: string;
  last_used_at: string | null;
  ip: string | null;
  user_agent: string | null;
  current: boolean;
}

export interface AuthorizedApp {
  id: string;
  name: string;
  website: string | null;
  scopes: string[];
  /** What it may do, in words. */
  may: string[];
  created_at: string;
  last_used_at: string | null;
}

export interface Passkey {
  id: string;
  name: string;
  synced: boolean;
  created_at: string;
  last_used_at: string | null;
}

/** What guards the login. */
export interface Security {
  second_factor: boolean;
  totp_since: string | null;
  passkeys: Passkey[];
  recovery_codes_left: number;
  fresh_until: string | null;
}

/** The address of one's login; `waiting` is the one that a link went to. */
export interface EmailState {
  email: string;
  confirmed: boolean;
  waiting: { email: string; expires_at: string } | null;
}

export type RegistrationMode = 'open' | 'approval' | 'closed';

export interface InstanceSettings {
  title: string;
  description: string;
  registrations: RegistrationMode;
}

export interface PendingSignUp {
  account_id: string;
  username: string;
  email: string;
  reason: string | null;
  created_at: string;
}
