// Quotes as other servers read them here, letter by letter: the post, the wish to quote, the answer, the agreement.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { read } from '#server/testing/reader.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const context = ['https://www.w3.org/ns/activitystreams', expect.any(Object)];
const get = async (uri: unknown): Promise<Json> => (await read(scene.server.origin, String(uri))).body;
const ofType = (type: string): Json | undefined =>
  scene.there.delivered.map(({ activity }) => activity).findLast((activity) => activity['type'] === type);

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

/** A post by alice. */
async function write(more: object = {}): Promise<{ id: string; uri: string }> {
  const { body } = await scene.alice.api('POST', '/api/v1/statuses', { status: 'words', language: 'en', ...more });
  await scene.server.settle();
  return body;
}

const link = (uri: string): Json => ({
  type: 'Link',
  mediaType: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
  href: uri,
  name: `RE: ${uri}`,
  rel: 'https://misskey-hub.net/ns#_misskey_quote',
});

it('a post that quotes says so in every form that servers read', async () => {
  const { id, uri: quoted } = await write();
  const quoting = await write({ quoted_status_id: id });
  const { content, contentMap, tag, ...note } = await get(quoting.uri);
  expect(content).toBe(`<p class="quote-inline">RE: <a href="${quoted}">${quoted}</a></p><p>words</p>`);
  expect(contentMap).toEqual({ en: content });
  expect(tag).toEqual([link(quoted)]);
  expect(note).toMatchObject({ quote: quoted, quoteUri: quoted, quoteUrl: quoted, _misskey_quote: quoted });
  expect(note).not.toHaveProperty('quoteAuthorization');
  const [terms] = (note['@context'] as unknown[]).slice(1);
  expect(terms).toMatchObject({
    quote: { '@id': 'https://w3id.org/fep/044f#quote', '@type': '@id' },
    quoteAuthorization: { '@id': 'https://w3id.org/fep/044f#quoteAuthorization', '@type': '@id' },
    gts: 'https://gotosocial.org/ns#',
    canQuote: { '@id': 'gts:canQuote', '@type': '@id' },
  });
  expect(depth(note)).toBeLessThanOrEqual(8);
});

it.each([
  ['public', (): string => everybody],
  ['followers', (): string => `${scene.aliceUri}/followers`],
  ['nobody', (): string => scene.aliceUri],
])('a post that %s may quote names them', async (policy, who) => {
  const { uri } = await write({ quote_approval_policy: policy });
  expect((await get(uri))['interactionPolicy']).toEqual({
    canQuote: { automaticApproval: [who()], manualApproval: [] },
  });
});

it('a wish to quote names both posts, and brings ours along', async () => {
  const { eve, activity, deliver, note, postOf, there, aliceUri, server } = scene;
  const policy = { interactionPolicy: { canQuote: { automaticApproval: [everybody] } } };
  const quoted = note(eve, 'quote me', policy);
  there.show(new URL(String(quoted['id'])).pathname, quoted);
  await deliver(eve, activity(eve, 'Create', quoted));
  const quoting = await write({ quoted_status_id: (await postOf(quoted['id']))?.id });
  const request = ofType('QuoteRequest');
  expect(request).toEqual({
    '@context': context,
    id: `${server.origin}/ap/quote-requests/${quoting.id}`,
    type: 'QuoteRequest',
    actor: aliceUri,
    to: [eve.uri],
    object: quoted['id'],
    instrument: expect.objectContaining({ id: quoting.uri, type: 'Note', attributedTo: aliceUri, quote: quoted['id'] }),
  });
  expect(depth(request)).toBeLessThanOrEqual(8);
});

it('an agreement names both posts and who agrees', async () => {
  const { eve, activity, deliver, note, aliceUri, server } = scene;
  const quoted = await write();
  const quoting = note(eve, 'look', { quote: quoted.uri });
  const request = activity(eve, 'QuoteRequest', quoted.uri, { instrument: quoting });
  await deliver(eve, request);
  const result = `${server.origin}/ap/quote-authorizations/${(await scene.postOf(quoting['id']))?.id}`;
  expect(ofType('Accept')).toEqual({
    '@context': context,
    id: expect.stringContaining(`${server.origin}/ap/activities/accept/`),
    type: 'Accept',
    actor: aliceUri,
    to: [eve.uri],
    object: {
      id: request['id'],
      type: 'QuoteRequest',
      actor: eve.uri,
      object: quoted.uri,
      instrument: quoting['id'],
    },
    result,
  });
  const { headers, body } = await read(server.origin, result);
  expect(headers.get('content-type')).toBe('application/activity+json');
  expect(headers.get('cache-control')).toMatch(/no-store/u);
  expect(body).toEqual({
    '@context': context,
    id: result,
    type: 'QuoteAuthorization',
    attributedTo: aliceUri,
    interactingObject: quoting['id'],
    interactionTarget: quoted.uri,
  });
  expect((await read(server.origin, `${server.origin}/ap/quote-authorizations/7`)).status).toBe(404);
});
