// What stays of a post when a text of it comes that knows less.
import { expect, test } from 'vitest';
import type { Account } from '#web/lib/wire/accounts.ts';
import type { Poll, Status } from '#web/lib/wire/posts.ts';
import { findPost, keepPost } from './post-store.ts';

const account = { id: '1', acct: 'ada' } as Account;
const asked: Poll = {
  id: '10',
  expires_at: null,
  expired: false,
  multiple: false,
  votes_count: 1,
  voters_count: 1,
  options: [
    { title: 'Rook', votes_count: 1 },
    { title: 'Magpie', votes_count: 0 },
  ],
  emojis: [],
};
const post = (more: Partial<Status>) => ({ id: '10', account, poll: null, ...more }) as Status;

test('counts of a public stream leave the reader’s own votes as they are', () => {
  keepPost(post({ poll: { ...asked, voted: true, own_votes: [0] } }));
  const kept = keepPost(post({ poll: { ...asked, votes_count: 2 } }));
  expect(kept.peek()?.poll).toMatchObject({ votes_count: 2, voted: true, own_votes: [0] });
});

test('votes are forgotten when the poll asks something else', () => {
  keepPost(post({ poll: { ...asked, voted: true, own_votes: [0] } }));
  const other = { ...asked, options: asked.options.toReversed() };
  expect(keepPost(post({ poll: other })).peek()?.poll?.voted).toBeUndefined();
});

test('a quote that is only named does not take the place of one that is known, and a quote that is gone goes', () => {
  const quoted = post({ id: '11' });
  keepPost(post({ quote: { state: 'accepted', quoted_status: quoted } }));
  expect(findPost('11')?.peek()?.id).toBe('11');
  const kept = keepPost(post({ quote: { state: 'accepted', quoted_status_id: '11' } }));
  expect(kept.peek()?.quote?.quoted_status?.id).toBe('11');
  expect(keepPost(post({ quote: null })).peek()?.quote).toBeNull();
});
