// All kinds of documents that leave this server, letter by letter (`golden/*.json`), and what readers of plain JSON ask of each:
// short names, lists where lists are expected, whole addresses, times in UTC, no more than eight levels.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { expectGolden, withNames } from '#server/testing/golden.ts';
import { browserToken, call, type Answer } from '#server/testing/people.ts';
import { read } from '#server/testing/reader.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
let eveHere: string;

beforeAll(async () => {
  scene = await openScene();
  await scene.there.person('birds', { type: 'Group' });
  const { body } = await scene.alice.api('GET', `/api/v1/accounts/search?q=eve@${scene.there.host}`);
  eveHere = body[0].id;
  await scene.alice.api('GET', `/api/v1/accounts/search?q=birds@${scene.there.host}&resolve=true`);
});
afterAll(() => scene?.close());

/** The last activity of that type that was sent. */
function sent(type: string): Json {
  const delivery = scene.there.delivered.findLast(({ activity }) => activity['type'] === type);
  expect(delivery?.headers['content-type']).toBe('application/activity+json');
  return delivery?.activity ?? {};
}

async function act(method: string, path: string, body?: object): Promise<Answer['body']> {
  const answer = await scene.alice.api(method, path, body);
  expect(answer.status).toBe(200);
  await scene.server.settle();
  return answer.body;
}

const write = (status: string, more: object = {}): Promise<Answer['body']> =>
  act('POST', '/api/v1/statuses', { status, language: 'en', ...more });

/** Something that eve wrote, as alice sees it. */
async function writtenByEve(content: string, more: Json = {}): Promise<Answer['body']> {
  const { eve, there, note, deliver, activity, postOf, alice } = scene;
  const document = note(eve, content, more);
  there.show(new URL(String(document['id'])).pathname, document);
  expect(await deliver(eve, activity(eve, 'Create', document))).toBe('done');
  return (await alice.api('GET', `/api/v1/statuses/${(await postOf(document['id']))?.id}`)).body;
}

const get = async (uri: string): Promise<Json> => {
  const { headers, body } = await read(scene.server.origin, uri);
  expect(headers.get('content-type')).toBe('application/activity+json');
  return body;
};

/** Contexts and proofs are none of the business of a reader of plain JSON: other tests hold them. */
function matches(name: string, document: Json): void {
  const { '@context': context, proof: _proof, signature: _signature, ...plain } = document;
  expect([context].flat()[0]).toBe('https://www.w3.org/ns/activitystreams');
  expect(faultsOf(plain)).toEqual([]);
  const text = JSON.stringify(plain)
    .replaceAll(/-----BEGIN PUBLIC KEY-----[^"]+/gu, '<key>')
    .replaceAll(/"z6Mk\w+"/gu, '"<key>"');
  const names = { 'https://rookery.example': scene.server.origin, 'https://peer.example': scene.there.origin };
  expectGolden(new URL(`golden/${name}.json`, import.meta.url), withNames(JSON.parse(text), names));
}

const lists = new Set(['to', 'cc', 'tag', 'attachment', 'oneOf', 'anyOf', 'orderedItems', 'assertionMethod']);
const addresses = new Set(['id', 'actor', 'attributedTo', 'inReplyTo', 'url', 'href', 'target', 'audience', 'context']);
const moments = new Set(['published', 'updated', 'endTime', 'closed', 'deleted']);

/** What a reader without JSON-LD would stumble over, by its place in the document. */
function faultsOf(document: Json): string[] {
  const faults: string[] = [];
  const check = (path: string, key: string, value: unknown): void => {
    const isText = typeof value === 'string';
    if (/[:@]/u.test(key)) faults.push(`${path}: a name with a prefix`);
    if (key === 'type' && !(isText && /^\w+$/u.test(value))) faults.push(`${path}: no short type`);
    if (lists.has(key) && !Array.isArray(value)) faults.push(`${path}: no list`);
    if (addresses.has(key) && value !== null && !(isText && value.startsWith('http')))
      faults.push(`${path}: no address`);
    if (moments.has(key) && !(isText && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u.test(value))) faults.push(`${path}: no time`);
    if (['to', 'cc'].includes(key) && JSON.stringify(value).includes('as:Public')) faults.push(`${path}: short Public`);
  };
  const walk = (path: string, value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) return;
    if (depth > 8) faults.push(`${path}: too deep`);
    for (const [key, one] of Object.entries(value)) {
      if (!Array.isArray(value)) check(`${path}/${key}`, key, one);
      walk(`${path}/${key}`, one, depth + 1);
    }
  };
  walk('', document, 1);
  return faults;
}

describe('what stands here', () => {
  it('is an actor', async () => {
    await act('PATCH', '/api/v1/accounts/update_credentials', {
      display_name: 'Alice',
      note: 'Birds & https://example.org',
      fields_attributes: [{ name: 'Web', value: 'https://example.org' }],
    });
    matches('actor', await get(scene.aliceUri));
    matches('actor-of-the-server', await get(`${scene.server.origin}/ap/instance`));
  });

  it('is a note with all that it can have', async () => {
    const { there, server, alice } = scene;
    const picture = await makeUpload(server.ctx, alice.accountId, {
      description: 'A rook',
      focus: [0.5, -0.25],
      blurhash: 'LNJRdVM{00Rj%Mayt7j[4nWBofRj',
    });
    const post = await write(`Hello @eve@${there.host} and #Rooks`, { spoiler_text: 'birds', media_ids: [picture] });
    matches('note', await get(post.uri));
    matches('create', sent('Create'));
    await act('PUT', `/api/v1/statuses/${post.id}`, { status: `Goodbye @eve@${there.host}` });
    matches('update', sent('Update'));
    await act('DELETE', `/api/v1/statuses/${post.id}`);
    matches('delete', sent('Delete'));
    matches('tombstone', await get(post.uri));
  });

  it('is a question', async () => {
    const poll = { options: ['yes', 'no'], expires_in: 86_400, multiple: true };
    const { uri } = await write(`@eve@${scene.there.host} well?`, { poll });
    const question = await get(uri);
    expect(question['endTime']).toMatch(/Z$/u);
    matches('question', { ...question, endTime: new Date().toISOString() });
  });

  it('is a note in a group', async () => {
    const { uri } = await write(`Look @birds@${scene.there.host}`);
    matches('note-in-a-group', await get(uri));
  });
});

describe('what is sent', () => {
  it('is a Follow, an Accept, a Reject and their Undo', async () => {
    const { eve, aliceUri, activity, deliver, alice } = scene;
    matches('follow', sent('Follow'));
    expect(await deliver(eve, activity(eve, 'Follow', aliceUri))).toBe('done');
    matches('accept', sent('Accept'));
    await alice.api('POST', `/api/v1/accounts/${eveHere}/remove_from_followers`);
    await scene.server.settle();
    matches('reject', sent('Reject'));
    expect(await deliver(eve, activity(eve, 'Follow', aliceUri))).toBe('done');
  });

  it('is a Like, an Announce and their Undo', async () => {
    const { id } = await writtenByEve('like me');
    await act('POST', `/api/v1/statuses/${id}/favourite`);
    matches('like', sent('Like'));
    await act('POST', `/api/v1/statuses/${id}/unfavourite`);
    matches('undo-like', sent('Undo'));
    await act('POST', `/api/v1/statuses/${id}/reblog`);
    matches('announce', sent('Announce'));
    await act('POST', `/api/v1/statuses/${id}/unreblog`);
    matches('undo-announce', sent('Undo'));
  });

  it('is a vote', async () => {
    const options = ['one', 'two'].map((name) => ({
      type: 'Note',
      name,
      replies: { type: 'Collection', totalItems: 0 },
    }));
    const { poll } = await writtenByEve('which?', {
      type: 'Question',
      oneOf: options,
      endTime: '2036-01-01T00:00:00Z',
    });
    await act('POST', `/api/v1/polls/${poll.id}/votes`, { choices: [1] });
    matches('vote', sent('Create'));
  });

  it('is an Add and a Remove of what is pinned', async () => {
    const { id } = await write('pinned');
    await act('POST', `/api/v1/statuses/${id}/pin`);
    matches('add', sent('Add'));
    await act('POST', `/api/v1/statuses/${id}/unpin`);
    matches('remove', sent('Remove'));
  });

  it('is a QuoteRequest, the answer to one, and the agreement', async () => {
    const { eve, activity, deliver, note } = scene;
    const policy = { interactionPolicy: { canQuote: { automaticApproval: [everybody] } } };
    await write('words', { quoted_status_id: (await writtenByEve('quote me', policy)).id });
    matches('quote-request', sent('QuoteRequest'));
    const own = await write('quote this');
    const quoting = note(eve, 'look', { quote: own.uri });
    expect(await deliver(eve, activity(eve, 'QuoteRequest', own.uri, { instrument: quoting }))).toBe('done');
    const accept = sent('Accept');
    matches('accept-of-a-quote', accept);
    matches('quote-authorization', await get(String(accept['result'])));
  });

  it('is a Flag, by the server’s own actor', async () => {
    const { id } = await writtenByEve('rude');
    const report = { account_id: eveHere, status_ids: [id], comment: 'This is rude', forward: true };
    await act('POST', '/api/v1/reports', report);
    matches('flag', sent('Flag'));
  });

  it('is an EmojiReact, with an emoji of all or one of ours, and its Undo', async () => {
    const { id } = await writtenByEve('react to me');
    const react = (emoji: string): string => `/api/v1/pleroma/statuses/${id}/reactions/${encodeURIComponent(emoji)}`;
    await act('PUT', react('🎉'));
    matches('emoji-react', sent('EmojiReact'));
    await act('DELETE', react('🎉'));
    matches('undo-emoji-react', sent('Undo'));
  });

  it('asks to answer, like and boost, and answers who asks', async () => {
    const { eve, activity, deliver, note, there, aliceUri } = scene;
    const ask = { automaticApproval: [], manualApproval: [everybody] };
    const policy = { interactionPolicy: { canReply: ask, canLike: ask, canAnnounce: ask } };
    const { id, uri } = await writtenByEve('ask me', policy);
    const reply = await write('may I?', { in_reply_to_id: id });
    matches('reply-request', sent('ReplyRequest'));
    await act('POST', `/api/v1/statuses/${id}/favourite`);
    matches('like-request', sent('LikeRequest'));
    await act('POST', `/api/v1/statuses/${id}/reblog`);
    matches('announce-request', sent('AnnounceRequest'));
    const path = '/users/eve/authorizations/1';
    const result = `${there.origin}${path}`;
    const said = { attributedTo: eve.uri, interactingObject: reply.uri, interactionTarget: uri };
    there.show(path, { id: result, type: 'ReplyAuthorization', ...said });
    expect(await deliver(eve, activity(eve, 'Accept', sent('ReplyRequest'), { result }))).toBe('done');
    matches('allowed-reply', sent('Create'));

    expect(await deliver(eve, activity(eve, 'Follow', aliceUri))).toBe('done');
    const own = await write('friends?', { reply_policy: 'followers' });
    const welcome = note(eve, 'yes', { inReplyTo: own.uri });
    expect(await deliver(eve, activity(eve, 'ReplyRequest', own.uri, { instrument: welcome }))).toBe('done');
    const accept = sent('Accept');
    matches('accept-of-an-answer', accept);
    matches('reply-authorization', await get(String(accept['result'])));
  });

  it('is a Block and its Undo', async () => {
    await act('POST', `/api/v1/accounts/${eveHere}/block`);
    matches('block', sent('Block'));
    await act('POST', `/api/v1/accounts/${eveHere}/unblock`);
    matches('undo-block', sent('Undo'));
  });

  it('is a changed actor, and a Move', async () => {
    const { eve, aliceUri, activity, deliver, server, there, alice } = scene;
    expect(await deliver(eve, activity(eve, 'Follow', aliceUri))).toBe('done');
    await act('PATCH', '/api/v1/accounts/update_credentials', { display_name: 'Alice B.' });
    matches('update-of-an-actor', sent('Update'));
    await there.person('alicia', { alsoKnownAs: [aliceUri] });
    const token = await browserToken(server, alice);
    const moved = await call(server.origin, 'POST', '/api/move', { token, body: { to: `alicia@${there.host}` } });
    expect(moved.status).toBe(200);
    await server.settle();
    matches('move', sent('Move'));
  });
});
