// Polls between two Rookeries: questions go out, votes come back, counts follow.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer } from '#server/testing/people.ts';
import { signUp } from '#server/testing/people.ts';
import { openPair, type Pair } from './pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await openPair();
});
afterAll(() => pair.close());

const minute = 60_000;
const counts = (poll: Answer['body']): number[] =>
  poll.options.map(({ votes_count }: { votes_count: number }) => votes_count);

it('a poll arrives, is voted in there, and its counts are the same on both sides', async () => {
  const { alice, bob, there, here, settle, wait, copyOf } = pair;
  const poll = { options: ['rooks', 'ravens', 'jays'], expires_in: 3600, multiple: true };
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'which birds?', poll });
  await settle();
  const copy = await copyOf(bob, post.uri);
  expect(copy.poll).toMatchObject({
    multiple: true,
    expired: false,
    voters_count: 0,
    expires_at: post.poll.expires_at,
  });
  expect(copy.content).toBe('<p>which birds?</p>');
  const { body: voted } = await bob.api('POST', `/api/v1/polls/${copy.poll.id}/votes`, { choices: [0, 2] });
  expect([counts(voted), voted.own_votes]).toEqual([
    [1, 0, 1],
    [0, 2],
  ]);
  await settle();
  const { body: asked } = await alice.api('GET', `/api/v1/polls/${post.poll.id}`);
  expect([counts(asked), asked.voters_count]).toEqual([[1, 0, 1], 1]);
  const carol = await signUp(here, 'carol');
  await carol.api('POST', `/api/v1/polls/${post.poll.id}/votes`, { choices: [1] });
  await wait(minute + 1000);
  await there.settle();
  const { body: seen } = await bob.api('GET', `/api/v1/polls/${copy.poll.id}`);
  expect([counts(seen), seen.voters_count, seen.own_votes]).toEqual([[1, 1, 1], 2, [0, 2]]);
  expect((await bob.api('GET', `/api/v1/statuses/${copy.id}`)).body.edited_at).toBeNull();
});

it('the end is told to those who voted there', async () => {
  const { alice, bob, settle, wait, copyOf } = pair;
  const poll = { options: ['yes', 'no'], expires_in: 300 };
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'quick', poll });
  await settle();
  const copy = await copyOf(bob, post.uri);
  await bob.api('POST', `/api/v1/polls/${copy.poll.id}/votes`, { choices: [1] });
  await settle();
  await wait(6 * minute);
  const { body: told } = await bob.api('GET', '/api/v1/notifications?types[]=poll');
  expect(told).toEqual([
    expect.objectContaining({
      status: expect.objectContaining({ id: copy.id, poll: expect.objectContaining({ expired: true }) }),
    }),
  ]);
  expect((await alice.api('GET', '/api/v1/notifications?types[]=poll')).body).toHaveLength(1);
});

it('other options come as an edit, without the former votes', async () => {
  const { alice, bob, settle, copyOf } = pair;
  const poll = { options: ['yes', 'no'], expires_in: 3600 };
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'sure?', poll });
  await settle();
  const copy = await copyOf(bob, post.uri);
  await bob.api('POST', `/api/v1/polls/${copy.poll.id}/votes`, { choices: [1] });
  await settle();
  await alice.api('PUT', `/api/v1/statuses/${post.id}`, { poll: { ...poll, options: ['yes', 'maybe'] } });
  await settle();
  const { body: changed } = await bob.api('GET', `/api/v1/polls/${copy.poll.id}`);
  expect(changed).toMatchObject({ voted: false, votes_count: 0, options: [{}, { title: 'maybe' }] });
});
