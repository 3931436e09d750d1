// Answers to our posts are passed on to the followers of who wrote them, with the signature that they came with; what we send bears proofs
// of its own, and nothing that is not for everybody does.
import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asObject, type Json } from '#server/platform/fediverse/json.ts';
import { importPublicKey } from '#server/platform/fediverse/keys.ts';
import { readProof, verifyProof } from '#server/platform/fediverse/proofs/integrity-proof.ts';
import {
  readLinkedSignature,
  verifyLinkedSignature,
  withLinkedSignature,
} from '#server/platform/fediverse/proofs/linked-signature.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
  // A follower on another server than those who answer.
  const follower = await scene.elsewhere.person('follower');
  await scene.deliver(follower, scene.activity(follower, 'Follow', scene.aliceUri));
});
afterAll(() => scene?.close());

async function post(status: string, more: object = {}) {
  const { body } = await scene.alice.api('POST', '/api/v1/statuses', { status, ...more });
  await scene.server.settle();
  return body;
}

const sentTo = (server: Scene['there'], type: string): Json[] =>
  server.delivered.map(({ activity }) => activity).filter((activity) => activity['type'] === type);

async function forwarded(type: string, object: unknown): Promise<Json | undefined> {
  const { eve, activity, deliver, elsewhere } = scene;
  const sent = await withLinkedSignature(activity(eve, type, object), eve, new Date());
  expect(await deliver(eve, sent)).toBe('done');
  return sentTo(elsewhere, type).find(({ id }) => id === sent['id']);
}

describe('an answer to a post of ours', () => {
  it('is passed on as it came, and so are its edits and its deletion', async () => {
    const { eve, note } = scene;
    const { uri } = await post('what do you think?');
    const answer = note(eve, 'this', { inReplyTo: uri });
    const passed = await forwarded('Create', answer);
    expect(passed).toMatchObject({ actor: eve.uri, object: answer });
    const signature = readLinkedSignature(passed ?? {});
    const key = createPublicKey(eve.privateKey);
    expect(signature !== null && (await verifyLinkedSignature(passed ?? {}, signature, key, 'x'))).toMatchObject({
      ok: true,
    });
    const edited = { ...answer, content: '<p>that</p>', updated: new Date().toISOString() };
    expect(await forwarded('Update', edited)).toMatchObject({ object: { content: '<p>that</p>' } });
    expect(await forwarded('Delete', answer['id'])).toBeDefined();
    // Those who sent it have it.
    expect(sentTo(scene.there, 'Update')).toEqual([]);
  });

  it('is not when it proves nothing, is not for everybody, or answers somebody else', async () => {
    const { eve, note, activity, deliver, elsewhere } = scene;
    const { uri } = await post('and you?');
    const count = sentTo(elsewhere, 'Create').length;
    await deliver(eve, activity(eve, 'Create', note(eve, 'plain', { inReplyTo: uri })));
    const mine = note(eve, 'my own');
    await forwarded('Create', mine);
    await forwarded('Create', note(eve, 'to myself', { inReplyTo: mine['id'] }));
    const direct = { inReplyTo: uri, to: [scene.aliceUri], cc: [] };
    await forwarded('Create', note(eve, 'for alice', direct));
    const quiet = await post('for followers', { visibility: 'private' });
    await deliver(eve, activity(eve, 'Create', note(eve, 'x', { inReplyTo: quiet.uri })));
    const ofOthers = sentTo(elsewhere, 'Create').filter(({ actor }) => actor !== scene.aliceUri);
    expect(ofOthers.length).toBe(
      count -
        sentTo(elsewhere, 'Create')
          .slice(0, count)
          .filter(({ actor }) => actor === scene.aliceUri).length,
    );
  });
});

describe('what we send', () => {
  /** The keys of alice as her document shows them. */
  async function keys() {
    const response = await fetch(scene.aliceUri, { headers: { accept: 'application/activity+json' } });
    const actor: Json = await response.json();
    const [multikey] = actor['assertionMethod'] as Json[];
    return {
      rsa: String(asObject(actor['publicKey'])?.['publicKeyPem']),
      ed: String(multikey?.['publicKeyMultibase']),
    };
  }

  async function judge(sent: Json): Promise<{ proof: boolean | null; signature: boolean | null }> {
    const { rsa, ed } = await keys();
    const [proof, signature] = [readProof(sent), readLinkedSignature(sent)];
    const [edKey, rsaKey] = [importPublicKey(ed), importPublicKey(rsa)];
    if (edKey === null || rsaKey === null) throw new Error('alice shows no keys');
    return {
      proof: proof && verifyProof(sent, proof, edKey, new Date()),
      signature: signature && (await verifyLinkedSignature(sent, signature, rsaKey, 'x')).ok,
    };
  }

  const last = (type: string): Json => sentTo(scene.elsewhere, type).at(-1) ?? {};

  it('to everybody bears proofs that hold: posts both, boosts one', async () => {
    const { id } = await post('hello #world', { spoiler_text: 'careful', language: 'en' });
    expect(await judge(last('Create'))).toEqual({ proof: true, signature: true });
    await scene.alice.api('PUT', `/api/v1/statuses/${id}`, { status: 'hello all' });
    await scene.server.settle();
    expect(await judge(last('Update'))).toEqual({ proof: true, signature: true });
    await scene.alice.api('POST', `/api/v1/statuses/${id}/reblog`);
    await scene.server.settle();
    expect(await judge(last('Announce'))).toEqual({ proof: true, signature: null });
    await scene.alice.api('DELETE', `/api/v1/statuses/${id}`);
    await scene.server.settle();
    expect(await judge(last('Delete'))).toEqual({ proof: true, signature: true });
    await post('quietly', { visibility: 'unlisted', poll: { options: ['a', 'b'], expires_in: 600 } });
    expect(await judge(last('Create'))).toEqual({ proof: true, signature: true });
  });

  it('as an answer to somebody elsewhere bears the signature that their server passes on', async () => {
    const { eve, note, activity, deliver, alice } = scene;
    const theirs = note(eve, 'ask me');
    await deliver(eve, activity(eve, 'Create', theirs));
    const [found] = (
      await alice.api('GET', `/api/v2/search?q=${encodeURIComponent(String(theirs['id']))}&resolve=true`)
    ).body.statuses;
    await post('answer', { in_reply_to_id: found.id });
    expect(await judge(sentTo(scene.there, 'Create').at(-1) ?? {})).toEqual({ proof: null, signature: true });
  });

  it('to some bears none', async () => {
    await post('for followers', { visibility: 'private' });
    expect(await judge(last('Create'))).toEqual({ proof: null, signature: null });
    await post(`@eve@${scene.there.host} psst`, { visibility: 'direct' });
    expect(await judge(sentTo(scene.there, 'Create').at(-1) ?? {})).toEqual({ proof: null, signature: null });
    for (const { activity } of [...scene.there.delivered, ...scene.elsewhere.delivered])
      if (['Follow', 'Accept', 'Like'].includes(String(activity['type']))) expect(activity).not.toHaveProperty('proof');
  });
});
