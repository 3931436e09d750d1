// Quotes between two Rookeries, as far as they need nobody's word, and answers that an author does not take.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
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
  const refused = await bob.api('POST', '/api/v1/statuses', { ...body, quoted_status_id: copy.id });
  expect(refused.status).toBe(422);
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
