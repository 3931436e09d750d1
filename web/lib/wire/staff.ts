// What the staff reads and writes, as the doors of the staff give it.

export type RegistrationMode = 'open' | 'approval' | 'closed';

export interface InstanceSettings {
  title: string;
  description: string;
  registrations: RegistrationMode;
  /** Who sees which servers are blocked. */
  blocks_shown_to: 'all' | 'users' | 'nobody';
}

export interface PendingSignUp {
  account_id: string;
  username: string;
  email: string;
  reason: string | null;
  created_at: string;
}

/** `silence`: seen by followers only; `suspend`: nothing passes; `noop`: nothing but what else is refused. */
export type Severity = 'suspend' | 'silence' | 'noop';

/** What is decided about a server and all below its name. */
export interface BlockTerms {
  severity: Severity;
  reject_media: boolean;
  reject_reports: boolean;
  private_comment: string | null;
  public_comment: string | null;
  obfuscate: boolean;
  /** The list that it comes from; null: made by hand. */
  list_id: string | null;
}

export interface DomainBlock extends BlockTerms {
  id: string;
  domain: string;
  created_at: string;
}

/** A server with which this one talks, where only listed ones count. */
export interface DomainAllow {
  id: string;
  domain: string;
  created_at: string;
}

export interface PlannedBlock {
  domain: string;
  before: BlockTerms | null;
  after: BlockTerms | null;
  /** How many follows this would end. */
  follows: number;
}

/** What a list of blocks would change. */
export interface BlockPreview {
  added: PlannedBlock[];
  changed: PlannedBlock[];
  removed: PlannedBlock[];
  kept: { domain: string; terms: BlockTerms; reason: 'by_hand' | 'stricter' }[];
  /** How many are so already. */
  same: number;
  refused: { line: number; text: string; reason: 'not_a_name' | 'own_name' | 'unknown_severity' | 'too_many' }[];
  follows: number;
}

/** What was done; `change_id` is null when all was so already. */
export interface MadeChange {
  change_id: string | null;
  /** How many servers. */
  changed: number;
}

/** A list of blocks that is followed. */
export interface BlockList {
  id: string;
  url: string;
  fetched_at: string | null;
  /** Null: it rests, because what it did was undone. */
  next_fetch_at: string | null;
  /** How many it held, and how many blocks come from it. */
  names: number;
  blocks: number;
  failure: string | null;
}

export interface DomainChange {
  id: string;
  source: 'hand' | 'import' | 'list' | 'undo';
  /** Null: the command line, or the server itself. */
  account_id: string | null;
  undone_at: string | null;
  created_at: string;
  count: number;
  /** The first hundred. */
  steps: (
    | { kind: 'block'; domain: string; before: BlockTerms | null; after: BlockTerms | null }
    | { kind: 'allow'; domain: string; before: boolean; after: boolean }
  )[];
}

/** A custom emoji of this server. */
export interface StaffEmoji {
  id: string;
  shortcode: string;
  category: string | null;
  url: string;
  static_url: string;
  visible_in_picker: boolean;
  /** Nobody may use it any more. */
  disabled: boolean;
}

export interface Relay {
  id: string;
  address: string;
  kind: 'mastodon' | 'litepub';
  state: 'pending' | 'accepted' | 'rejected' | 'paused';
  answered_at: string | null;
}

/** How another server takes what is sent to it. */
export interface RemoteHost {
  host: string;
  state: 'open' | 'failing' | 'closed' | 'dormant';
  failing_since: string | null;
  last_seen_at: string | null;
  /** Deliveries owed, and given up within the last week. */
  waiting: number;
  given_up: number;
  next_try_at: string | null;
  last_error: string | null;
}
