// Posts and what stands in and around them, as the client API gives them. Field names are the wire's; everywhere else in the app the
// words are post, boost and like.
import type { Account } from './accounts.ts';
import type { Visibility } from './audience.ts';
import type { CustomEmoji, EmojiReaction } from './emoji.ts';
import type { MediaAttachment } from './media.ts';

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
  /** Its author has yet to allow the reader's like, boost. */
  favourite_pending?: boolean;
  reblog_pending?: boolean;
  /** It waits until the author of what it answers allows it. */
  pending_approval?: boolean;
  /** That author did not want it: nobody sees it but who wrote it. */
  approval_refused?: boolean;
  bookmarked?: boolean;
  /** Whether the reader wants no news of its conversation. */
  muted?: boolean;
  /** Only on one's own posts. */
  pinned?: boolean;
  filtered?: FilterResult[];
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
