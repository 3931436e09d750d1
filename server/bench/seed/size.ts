// How much the seeded database holds, and the fixed points that the seed and the scenarios agree on.
import { idAt } from '#server/platform/ids.ts';

/** Counts of rows. The feed is filled from the newest `feedPosts` posts. */
export interface SeedSize {
  name: 'full' | 'quick' | 'tiny';
  /** People of this server; the first is the herald, whom all others follow. */
  users: number;
  /** People of other servers who write some of the posts. */
  remotes: number;
  posts: number;
  follows: number;
  feedPosts: number;
  /** Likes spread over all posts, besides those of the newest ones. */
  likes: number;
  tags: number;
  /** People who have an access token. */
  readers: number;
}

export const sizes: Record<SeedSize['name'], SeedSize> = {
  full: {
    name: 'full',
    users: 10_001,
    remotes: 2_000,
    posts: 1_000_000,
    follows: 2_000_000,
    feedPosts: 40_000,
    likes: 600_000,
    tags: 500,
    readers: 600,
  },
  quick: {
    name: 'quick',
    users: 1_001,
    remotes: 200,
    posts: 50_000,
    follows: 100_000,
    feedPosts: 20_000,
    likes: 30_000,
    tags: 200,
    readers: 400,
  },
  tiny: {
    name: 'tiny',
    users: 151,
    remotes: 30,
    posts: 3_000,
    follows: 4_000,
    feedPosts: 2_000,
    likes: 1_000,
    tags: 50,
    readers: 60,
  },
};

/** Where the seeded server says it is; nothing ever looks this name up. */
export const benchOrigin = 'http://rookery.test';
export const benchHost = 'rookery.test';

/** All accounts, of both kinds: every sixth is of another server. */
export function accountCount(size: SeedSize): number {
  return size.users + size.remotes;
}

export function isRemote(accountNumber: number): boolean {
  return accountNumber % 6 === 0;
}

/** The posts are spread over the year that ends here. */
export const seedEnd = Date.UTC(2026, 0, 1);
export const seedStart = seedEnd - 365 * 86_400_000;
/** Accounts and follows are older than every post. */
export const accountsStart = seedStart - 100 * 86_400_000;
export const followsStart = seedStart - 50 * 86_400_000;

/** Every seeded post has a smaller id, every row that a scenario adds a larger one. */
export const firstLaterId = idAt(new Date(seedEnd));

/** The id of the nth account, counted from 1. */
export function accountId(accountNumber: number): string {
  return idAt(new Date(accountsStart + accountNumber * 1000));
}

/** The access token of the nth account, where it has one. */
export function readerToken(accountNumber: number): string {
  return `bench-reader-${accountNumber}`;
}

/** The numbers of the accounts that have a token: local ones, evenly spread over popular and quiet people. */
export function readerNumbers(size: SeedSize): number[] {
  const step = accountCount(size) / size.readers;
  const numbers = Array.from({ length: size.readers }, (_, index) => 1 + Math.floor(index * step));
  // The second is the author of live updates, so it is always among them.
  return [...new Set([1, 2, ...numbers.map((number) => (isRemote(number) ? number - 1 : number))])];
}
