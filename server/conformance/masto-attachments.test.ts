// The npm client masto, unmodified: posts with pictures, films and sounds, written, edited, scheduled, listed, heard and deleted.
import { createRestAPIClient, createStreamingAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { makeUpload, type UploadWishes } from '#server/testing/uploads.ts';

let server: TestServer;
let person: Person;
let alice: mastodon.rest.Client;
let nobody: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer();
  person = await signUp(server, 'alice');
  alice = createRestAPIClient({ url: server.origin, accessToken: person.token, log: 'error' });
  nobody = createRestAPIClient({ url: server.origin, log: 'error' });
});
afterAll(() => server.close());

const upload = (wishes: UploadWishes = {}): Promise<string> => makeUpload(server.ctx, person.accountId, wishes);
const idsOf = (list: Array<{ id: string }>): string[] => list.map(({ id }) => id);

test('a post with files and no text is written, and read by anybody', async () => {
  const mediaIds = [await upload({ description: 'A rook', focus: [0.25, -0.5] }), await upload({ kind: 'video' })];
  const post = await alice.v1.statuses.create({ mediaIds });
  expect(post).toMatchObject({
    content: '',
    mediaAttachments: [
      {
        type: 'image',
        description: 'A rook',
        remoteUrl: null,
        meta: { original: { width: 1600, height: 1200, size: '1600x1200' }, focus: { x: 0.25, y: -0.5 } },
      },
      { type: 'video', meta: { original: { duration: 12.5, frameRate: '30/1' } } },
    ],
  });
  expect(await nobody.v1.statuses.$select(post.id).fetch()).toMatchObject({ mediaAttachments: post.mediaAttachments });
  for (const { url, previewUrl } of post.mediaAttachments)
    for (const address of [url, previewUrl]) expect((await fetch(address ?? '')).status).toBe(200);
});

test('an edit sets files, order and words; the history shows the former', async () => {
  const [one, two] = [await upload({ description: 'before' }), await upload()];
  const { id } = await alice.v1.statuses.create({ status: 'birds', mediaIds: [one, two] });
  const edited = await alice.v1.statuses.$select(id).update({
    status: 'birds',
    mediaIds: [two, one],
    mediaAttributes: [{ id: one, description: 'after', focus: '0.5,0.5' }],
  });
  expect(idsOf(edited.mediaAttachments)).toEqual([two, one]);
  expect(edited.mediaAttachments[1]).toMatchObject({ description: 'after', meta: { focus: { x: 0.5, y: 0.5 } } });
  const versions = await nobody.v1.statuses.$select(id).history.list();
  expect(versions.map(({ mediaAttachments }) => mediaAttachments.map(({ description }) => description))).toEqual([
    ['before', null],
    [null, 'after'],
  ]);
});

test('a deleted post gives its files back; a scheduled one keeps them', async () => {
  const mediaIds = [await upload()];
  const { id } = await alice.v1.statuses.create({ status: 'a typo', mediaIds });
  const gone = await alice.v1.statuses.$select(id).remove();
  expect([gone.text, idsOf(gone.mediaAttachments)]).toEqual(['a typo', mediaIds]);
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
  const waiting = await alice.v1.statuses.create({ status: 'later', mediaIds, scheduledAt });
  expect([waiting.params.mediaIds, idsOf(waiting.mediaAttachments)]).toEqual([mediaIds, mediaIds]);
  await alice.v1.scheduledStatuses.$select(waiting.id).remove();
  expect(idsOf((await alice.v1.statuses.create({ mediaIds })).mediaAttachments)).toEqual(mediaIds);
});

test('lists of media alone hold what shows something', async () => {
  const shown = await alice.v1.statuses.create({ status: '#pictures', mediaIds: [await upload()] });
  const words = await alice.v1.statuses.create({ status: '#pictures' });
  const lists = [
    nobody.v1.timelines.public.list({ onlyMedia: true }),
    nobody.v1.timelines.public.list({ onlyMedia: true, local: true }),
    nobody.v1.timelines.tag.$select('pictures').list({ onlyMedia: true }),
    nobody.v1.accounts.$select(person.accountId).statuses.list({ onlyMedia: true }),
  ];
  for (const list of lists) {
    const ids = idsOf(await list);
    expect(ids[0]).toBe(shown.id);
    expect(ids).not.toContain(words.id);
  }
});

test('a stream of media alone carries what shows something', async () => {
  const stream = createStreamingAPIClient({
    streamingApiUrl: server.origin.replace('http', 'ws'),
    accessToken: person.token,
    implementation: WebSocket,
  });
  onTestFinished(() => stream.close());
  const heard = stream.public.media.subscribe()[Symbol.asyncIterator]();
  const next = heard.next();
  let shown = '';
  // The subscription may be on its way still: one after the other until one is heard.
  const writing = (async () => {
    for (let heardOne = false; !heardOne; heardOne = await settled(next)) {
      await alice.v1.statuses.create({ status: 'words' });
      shown = (await alice.v1.statuses.create({ mediaIds: [await upload()] })).id;
    }
  })();
  const { value } = await next;
  await writing;
  expect(value).toMatchObject({ event: 'update', payload: { mediaAttachments: [{ type: 'image' }] } });
  expect(shown).not.toBe('');
});

/** Whether it has come within a second. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), 1000);
  });
  const came = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return came;
}
