// Activities that somebody else than their actor brings: by a proof inside, by their origin's word, or not at all.
import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { generateEd25519Keys } from '#server/platform/fediverse/keys.ts';
import { withProof } from '#server/platform/fediverse/proofs/integrity-proof.ts';
import { withLinkedSignature } from '#server/platform/fediverse/proofs/linked-signature.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
/** Lives on another server than eve, and passes on what she says. */
let carrier: Stranger;
let edKey: { keyId: string; privateKey: ReturnType<typeof createPrivateKey> };

const linked = (document: Json, signer: { keyId: string; privateKey: Stranger['privateKey'] } = scene.eve) =>
  withLinkedSignature(document, signer, new Date());
const proven = (document: Json, signer = edKey): Json => withProof(document, signer, new Date());

/** Brings what somebody said; the status, and what became of it. */
async function bring(sent: Json, by = carrier): Promise<{ status: number; outcome: string | null }> {
  const status = await by.send(scene.inbox, sent);
  await scene.server.settle();
  return { status, outcome: await scene.outcomeOf(sent) };
}

beforeAll(async () => {
  scene = await openScene();
  carrier = await scene.elsewhere.person('carrier');
  const keys = await generateEd25519Keys();
  edKey = { keyId: `${scene.eve.uri}#ed`, privateKey: createPrivateKey(keys.privateKeyPem) };
  const { publicKeyMultibase } = keys;
  scene.eve.document['assertionMethod'] = [
    { id: edKey.keyId, type: 'Multikey', controller: scene.eve.uri, publicKeyMultibase },
  ];
});
afterAll(() => scene?.close());

describe('a proof inside', () => {
  it.each(['a signature of linked data', 'an integrity proof'])('lets others bring a post: %s', async (kind) => {
    const { eve, note, activity, postOf } = scene;
    const written = note(eve, `by ${kind}`);
    const plain = activity(eve, 'Create', written);
    const sent = kind === 'an integrity proof' ? proven(plain) : await linked(plain);
    expect(await bring(sent)).toEqual({ status: 202, outcome: 'done' });
    expect(await postOf(written['id'])).toMatchObject({ html: `<p>by ${kind}</p>`, visibility: 'public' });
  });

  it('counts once, whoever brings it and however often, and its actor too', async () => {
    const { eve, note, activity, inbox, server } = scene;
    const other = await scene.elsewhere.person('other');
    const sent = await linked(activity(eve, 'Create', note(eve, 'once')));
    const statuses = await Promise.all([carrier, other, carrier, eve].map((by) => by.send(inbox, sent)));
    expect(statuses).toEqual([202, 202, 202, 202]);
    await server.settle();
    const { rows } = await server.ctx.database.pool.query(
      'select outcome, proven from inbox_activities where activity_uri = $1 order by proven desc',
      [sent['id']],
    );
    expect(rows.filter(({ proven: isProven }) => isProven)).toEqual([{ outcome: 'done', proven: true }]);
    expect(rows.filter(({ proven: isProven }) => !isProven).every(({ outcome }) => outcome === 'known')).toBe(true);
  });

  it('brings edits, boosts, deletions', async () => {
    const { eve, note, activity, postOf } = scene;
    const written = note(eve, 'first');
    await bring(await linked(activity(eve, 'Create', written)));
    const edited = { ...written, content: '<p>second</p>', updated: new Date().toISOString() };
    expect(await bring(proven(activity(eve, 'Update', edited)))).toMatchObject({ outcome: 'done' });
    expect(await postOf(written['id'])).toMatchObject({ html: '<p>second</p>' });
    expect(await bring(await linked(activity(eve, 'Delete', written['id'])))).toMatchObject({ outcome: 'done' });
    expect(await postOf(written['id'])).toBeNull();
    expect(await bring(await linked(activity(eve, 'Create', written)))).toMatchObject({ outcome: 'deleted' });
  });

  it('is read in what it signed alone', async () => {
    const { eve, note, activity, postOf } = scene;
    const written = note(eve, 'signed');
    const sent = await linked(activity(eve, 'Create', written));
    // Words that the context does not have are not signed; one that we know makes it another document.
    const more = { ...sent, object: { ...written, someOther: 'unsigned' } };
    expect(await bring(more)).toMatchObject({ outcome: 'done' });
    expect(await postOf(written['id'])).toMatchObject({ html: '<p>signed</p>' });
    const second = note(eve, 'second');
    const unsigned = {
      ...(await linked(activity(eve, 'Create', second))),
      object: { ...second, quoteUri: carrier.uri },
    };
    expect(await bring(unsigned)).toMatchObject({ outcome: 'origin_missing' });
  });
});

describe('at the door', () => {
  it('nothing is taken without a signature of the request, however well it proves itself', async () => {
    const { eve, note, activity, inbox } = scene;
    const sent = await linked(activity(eve, 'Create', note(eve, 'x')));
    expect(await carrier.send(inbox, sent, { headers: { signature: null } })).toBe(401);
  });

  it('nothing is taken that cannot prove itself, or is not for others to bring', async () => {
    const { eve, note, activity, mallory } = scene;
    const create = activity(eve, 'Create', note(eve, 'x'));
    for (const sent of [
      create,
      // Keys of another host than the actor's say nothing about them.
      await linked(create, carrier),
      proven(create, { keyId: `${carrier.uri}#ed`, privateKey: edKey.privateKey }),
      { ...create, signature: { ...((await linked(create))['signature'] as Json), type: 'Other' } },
      await linked(activity(eve, 'Follow', scene.aliceUri)),
      await linked(activity(eve, 'Accept', scene.aliceUri)),
      await linked(
        activity(eve, 'Undo', { id: `${eve.uri}/1`, type: 'Follow', actor: eve.uri, object: scene.aliceUri }),
      ),
    ])
      expect(await carrier.send(scene.inbox, sent)).toBe(401);
    expect(await mallory.send(scene.inbox, create)).toBe(401);
  });

  it('one server brings so much in a minute and no more', async () => {
    const { eve, note, activity, inbox, server } = scene;
    const loud = await scene.elsewhere.person('loud');
    const sent = await linked(activity(eve, 'Create', note(eve, 'x')));
    for (let count = 0; count < 300; count += 1)
      await server.ctx.cache.count(`carried:${scene.elsewhere.host}`, 60_000);
    expect(await loud.send(inbox, sent)).toBe(429);
    await server.ctx.cache.delete(`carried:${scene.elsewhere.host}`);
  });
});

describe('what is proven by nothing', () => {
  it.each<[string, (create: Json) => Promise<Json>]>([
    ['by the key of a neighbour', (create) => linked(create, scene.mallory)],
    [
      'in the name of a key that is not its own',
      (create) => linked(create, { keyId: scene.eve.keyId, privateKey: carrier.privateKey }),
    ],
    [
      'with a changed text',
      async (create) => ({
        ...(await linked(create)),
        summary: 'x',
        object: { ...(create['object'] as Json), content: 'x' },
      }),
    ],
    [
      'with a forged proof',
      async (create) =>
        proven(create, { ...edKey, privateKey: createPrivateKey((await generateEd25519Keys()).privateKeyPem) }),
    ],
    ['with a proof by an RSA key', async (create) => proven(create, { ...edKey, keyId: scene.eve.keyId })],
    [
      'with a context that nobody has',
      async (create) => ({
        ...(await linked(create)),
        '@context': ['https://www.w3.org/ns/activitystreams', `${carrier.uri}/context`],
      }),
    ],
    [
      'with more of JSON-LD than is good',
      async (create) => ({ ...(await linked(create)), '@included': [{ id: 'x' }] }),
    ],
  ])('changes nothing: %s', async (_what, forge) => {
    const { eve, note, activity, postOf } = scene;
    const written = note(eve, 'never');
    const asked = scene.elsewhere.asked.length;
    const forged = await forge(activity(eve, 'Create', written));
    expect(await bring(forged)).toEqual({ status: 202, outcome: 'origin_missing' });
    expect(await postOf(written['id'])).toBeNull();
    expect(scene.elsewhere.asked.slice(asked).filter((path) => path.endsWith('context'))).toEqual([]);
    // The genuine one is not kept out by it.
    const genuine = { ...forged, '@context': 'https://www.w3.org/ns/activitystreams', object: written };
    expect(await eve.send(scene.inbox, genuine)).toBe(202);
    await scene.server.settle();
    expect(await postOf(written['id'])).toMatchObject({ html: '<p>never</p>' });
  });

  it('is believed when its origin shows it, as the origin has it', async () => {
    const { eve, note, activity, there, postOf, mallory } = scene;
    const written = note(eve, 'as it is');
    there.show(new URL(String(written['id'])).pathname, written);
    const forged = await linked(activity(eve, 'Create', { ...written, content: '<p>forged</p>' }), mallory);
    expect(await bring(forged)).toMatchObject({ outcome: 'done' });
    expect(await postOf(written['id'])).toMatchObject({ html: '<p>as it is</p>' });
    // A neighbour's post is not hers, whoever says so.
    const theirs = note(mallory, 'of mallory');
    there.show(new URL(String(theirs['id'])).pathname, theirs);
    expect(await bring(await linked(activity(eve, 'Create', theirs), mallory))).toMatchObject({ outcome: 'unproven' });
  });

  it('deletes nothing', async () => {
    const { eve, mallory, note, activity, postOf, deliver } = scene;
    const written = note(eve, 'stays');
    await deliver(eve, activity(eve, 'Create', written));
    expect(await bring(await linked(activity(eve, 'Delete', written['id']), mallory))).toMatchObject({
      outcome: 'unproven',
    });
    expect(await postOf(written['id'])).not.toBeNull();
  });
});
