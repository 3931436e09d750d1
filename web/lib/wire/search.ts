// What a search finds, as the client API gives it.
import type { Account } from './accounts.ts';
import type { Status, Tag } from './posts.ts';

export interface SearchResults {
  accounts: Account[];
  statuses: Status[];
  hashtags: Tag[];
}
