// People, how one stands to them, and one's lists of them, as the client API gives them.
import type { QuotePolicy, Visibility } from './audience.ts';
import type { CustomEmoji } from './emoji.ts';

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

/** A timeline of one's own choosing. */
export interface List {
  id: string;
  title: string;
}
