// Quotes between two Rookeries: asked for, allowed, refused, taken back; and answers that an author does not take.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Json } from '#server/platform/fediverse/json.ts';
import { openEar } from '#server/testing/ears.ts';
import { signUp, type Answer } from '#server/testing/people.ts';
import { read } from '#server/testing/reader.ts';
import { openPair, type Pair } from './pair.ts';
import { openScene } from './scene.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await openPair();
});
afterAll(() => pair.close());

it('who quotes themselves is shown so on the other side', async () => {
  const { alice, bob, settle, copyOf } = pair;
  const { body: quoted } = await alice.api('POST', '/api/v1/statuses', { status: 'said once' });
  const body = { status: 'as I said', quoted_status_id: quoted.id };
  const { body: quoting } = await alice.api('POST', '/api/v1/statuses', body);
  await settle();
  const copy = await copyOf(bob, quoting.uri);
  expect(copy.quote).toMatchObject({ state: 'accepted', quoted_status: { uri: quoted.uri } });
});

/** Alice writes, bob quotes it with his own words; both as their own servers know them. */
async function quoteBetween(more: object = {}): Promise<{ quoted: Answer['body']; answer: Answer }> {
  const { alice, bob, settle, copyOf } = pair;
  const { body: quoted } = await alice.api('POST', '/api/v1/statuses', { status: 'quote me', ...more });
  await settle();
  const copy = await copyOf(bob, quoted.uri);
  const answer = await bob.api('POST', '/api/v1/statuses', { status: 'look', quoted_status_id: copy.id });
  return { quoted, answer };
}

it('a quote waits for the author’s server, appears in an open page, and goes when the author takes it back', async () => {
  const { alice, bob, settle, copyOf, there } = pair;
  const open: WebSocket[] = [];
  try {
    const ear = await openEar(there, open, bob, 'user');
    const { quoted, answer } = await quoteBetween();
    expect(answer).toMatchObject({ status: 200, body: { quote: { state: 'pending', quoted_status: null } } });
    const { id, uri } = answer.body;
    await settle();
    const updates = ear.heard
      .filter(({ event }) => event === 'status.update')
      .map(({ payload }) => JSON.parse(payload));
    expect(updates).toMatchObject([{ id, quote: { state: 'accepted', quoted_status: { uri: quoted.uri } } }]);
    const copy = await copyOf(alice, uri);
    expect(copy.quote).toMatchObject({ state: 'accepted', quoted_status: { id: quoted.id, quotes_count: 1 } });
    const { body: quotes } = await alice.api('GET', `/api/v1/statuses/${quoted.id}/quotes`);
    expect(quotes).toMatchObject([{ id: copy.id }]);
    const { body: told } = await alice.api('GET', '/api/v1/notifications?types[]=quote');
    expect(told).toMatchObject([{ type: 'quote', status: { id: copy.id } }]);
    const { body: note } = await read(there.origin, uri);
    expect((await read(pair.here.origin, String(note['quoteAuthorization']))).body).toMatchObject({
      interactingObject: uri,
      interactionTarget: quoted.uri,
    });
    await alice.api('POST', `/api/v1/statuses/${quoted.id}/quotes/${copy.id}/revoke`);
    await settle();
    expect((await bob.api('GET', `/api/v1/statuses/${id}`)).body.quote).toEqual({
      state: 'revoked',
      quoted_status: null,
    });
    expect((await read(there.origin, uri)).body).not.toHaveProperty('quote');
    expect((await alice.api('GET', `/api/v1/statuses/${copy.id}`)).body.quote.state).toBe('revoked');
  } finally {
    for (const socket of open) socket.terminate();
  }
});

it('the policy of a post is known on the other side, also when it changes', async () => {
  const { alice, bob, settle, copyOf } = pair;
  const { quoted, answer } = await quoteBetween({ quote_approval_policy: 'nobody' });
  expect(answer.status).toBe(422);
  const approval = async (): Promise<unknown> => (await copyOf(bob, quoted.uri)).quote_approval;
  expect(await approval()).toEqual({ automatic: [], manual: [], current_user: 'denied' });
  const change = { quote_approval_policy: 'followers' };
  await alice.api('PUT', `/api/v1/statuses/${quoted.id}/interaction_policy`, change);
  await settle();
  expect(await approval()).toEqual({ automatic: ['followers'], manual: [], current_user: 'automatic' });
});

it('who blocks the server of the quoted author is told so', async () => {
  const { bob, settle, here } = pair;
  const { answer } = await quoteBetween();
  await settle();
  const domain = new URL(here.origin).host;
  const state = async (): Promise<string> =>
    (await bob.api('GET', `/api/v1/statuses/${answer.body.id}`)).body.quote.state;
  const carol = await signUp(pair.there, 'carol');
  await carol.api('POST', '/api/v1/domain_blocks', { domain });
  const seen = await carol.api('GET', `/api/v1/statuses/${answer.body.id}`);
  expect([await state(), seen.body.quote]).toEqual(['accepted', { state: 'blocked_domain', quoted_status: null }]);
});

it('a server that knows an old policy is told no', async () => {
  const { bob, settle, there, here } = pair;
  const { quoted, answer } = await quoteBetween();
  await settle();
  await here.ctx.database.pool.query(`update posts set quote_policy = 'nobody' where id = $1`, [quoted.id]);
  const body = { status: 'again', quoted_status_id: (await pair.copyOf(bob, quoted.uri)).id };
  const { body: second } = await bob.api('POST', '/api/v1/statuses', body);
  expect(second.quote.state).toBe('pending');
  await settle();
  const state = async (id: string): Promise<string> =>
    (await bob.api('GET', `/api/v1/statuses/${id}`)).body.quote.state;
  expect([await state(answer.body.id), await state(second.id)]).toEqual(['accepted', 'rejected']);
  expect((await read(there.origin, second.uri)).body).not.toHaveProperty('quote');
});

it('an answer that the author does not take is not shown where the author is', async () => {
  const { alice, bob, settle, copyOf } = pair;
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'no answers', reply_policy: 'nobody' });
  await settle();
  const copy = await copyOf(bob, post.uri);
  await bob.api('POST', '/api/v1/statuses', { status: `@${pair.aliceHandle} but`, in_reply_to_id: copy.id });
  await settle();
  const { body: context } = await alice.api('GET', `/api/v1/statuses/${post.id}/context`);
  expect(context.descendants).toEqual([]);
});

it('a quote by a stranger is shown when the author of ours lets them, and a link otherwise', async () => {
  const scene = await openScene();
  try {
    const { alice, eve, activity, note, deliver, postOf, server } = scene;
    const quoteFrom = async (policy: string, form: string): Promise<unknown> => {
      const { body: ours } = await alice.api('POST', '/api/v1/statuses', {
        status: 'ours',
        quote_approval_policy: policy,
      });
      const sent: Json = note(eve, 'look', { [form]: ours.uri });
      expect(await deliver(eve, activity(eve, 'Create', sent))).toBe('done');
      const id = (await postOf(sent['id']))?.id ?? '';
      await server.settle();
      return (await alice.api('GET', `/api/v1/statuses/${id}`)).body.quote?.quoted_status?.id === ours.id;
    };
    expect(await quoteFrom('public', 'quote')).toBe(true);
    expect(await quoteFrom('public', '_misskey_quote')).toBe(true);
    expect(await quoteFrom('followers', 'quoteUri')).toBe(false);
    expect(await quoteFrom('nobody', 'quote')).toBe(false);
    const { body: told } = await alice.api('GET', '/api/v1/notifications?types[]=quote');
    expect(told).toHaveLength(2);
  } finally {
    await scene.close();
  }
});
