// News, as the client API gives them.
import type { Account } from './accounts.ts';
import type { Status } from './posts.ts';

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
