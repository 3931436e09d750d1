// Stories of films, sounds and moving pictures: they are taken at once and ready after a while, or the reason is told.
import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { movingGif, photo, upload } from '#server/testing/pictures.ts';
import { hasFfmpeg, openWorkshop, picture, tone, type Workshop } from '#server/testing/recordings.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { workPlace } from '#server/platform/media/work.ts';
import { loadMedia, type OwnMedia } from './queries.ts';
import { deleteMedia } from './service/change.ts';
import { purgeMedia } from './service/purge.ts';
import { makeReady } from './service/ready.ts';

const webm = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis'];

describe.runIf(hasFfmpeg)('with ffmpeg', () => {
  let server: TestServer;
  let shop: Workshop;
  let alice: Person;
  let film: Buffer;

  beforeAll(async () => {
    [server, shop] = [await openTestServer(), await openWorkshop()];
    alice = await signUp(server, 'alice');
    film = await readFile(await shop.write('film.webm', [...picture('64x48', 2), ...tone(2), ...webm]));
  });
  afterAll(async () => {
    await server.close();
    await shop.close();
  });

  async function storedKeys(id: string): Promise<string[]> {
    const keys: string[] = [];
    for (const prefix of [`media/${id}/`, `uploads/${id}/`])
      for await (const { key } of server.ctx.files.list(prefix)) keys.push(key.replace(/\/[\w-]{22}(?=\/|$)/, ''));
    return keys.toSorted();
  }
  const show = (id: string): Promise<Answer> => alice.api('GET', `/api/v1/media/${id}`);

  it('a film is taken at once and ready after a while', async () => {
    const { status, body } = await upload(alice, film, { description: 'Colours', focus: '0.1,0.2' });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      type: 'video',
      url: null,
      preview_url: null,
      description: 'Colours',
      meta: { progress: 0 },
    });
    await server.settle();
    const ready = await show(body.id);
    expect(ready.status).toBe(200);
    expect(ready.body).toMatchObject({
      id: body.id,
      type: 'video',
      description: 'Colours',
      meta: { focus: { x: 0.1, y: 0.2 } },
    });
    expect(ready.body.meta.original).toMatchObject({ width: 64, height: 48, duration: expect.closeTo(2, 0) });
    expect(ready.body.meta.original.frame_rate).toMatch(/^\d+\/\d+$/);
    expect(ready.body.meta.progress).toBeUndefined();
    expect(ready.body.blurhash).not.toBeNull();
    expect(ready.body.url).toMatch(/\/original\.mp4$/);
    const keys = await storedKeys(body.id);
    expect(keys).toEqual([`media/${body.id}/original.mp4`, expect.stringMatching(/\/small\.\w+$/)]);
    expect((await fetch(ready.body.url)).headers.get('content-type')).toBe('video/mp4');
  });

  it('a sound has a waveform; a moving picture becomes a silent film', async () => {
    const wav = await readFile(await shop.write('sound.wav', tone(1)));
    const sound = await upload(alice, wav);
    const moving = await upload(alice, await movingGif());
    expect([sound.body.type, moving.body.type]).toEqual(['audio', 'gifv']);
    await server.settle();
    const heard = (await show(sound.body.id)).body;
    expect(heard).toMatchObject({ type: 'audio', url: expect.stringMatching(/^http/) });
    expect(heard.meta.waveform).toHaveLength(64);
    expect((await show(moving.body.id)).body).toMatchObject({
      type: 'gifv',
      url: expect.stringMatching(/\.mp4$/),
      meta: { original: { width: 48, height: 32 } },
    });
  });

  it('the older door waits until it is ready', async () => {
    const { status, body } = await upload(alice, film, {}, '/api/v1/media');
    expect([status, body.type]).toEqual([200, 'video']);
    expect(body.url).not.toBeNull();
  });

  it('keeps the still that its owner chose', async () => {
    const { body } = await upload(alice, film, { thumbnail: new Blob([(await photo(90, 60)) as BlobPart]) });
    await server.settle();
    const ready = (await show(body.id)).body;
    expect(ready.preview_url).toMatch(/thumbnail\.webp$/);
    expect(ready.meta.small).toMatchObject({ width: 90, height: 60 });
  });

  it('one that cannot be read says why, keeps its upload and can be tried again', async () => {
    const { status, body } = await upload(alice, film.subarray(0, 300));
    expect(status).toBe(202);
    await server.settle();
    const refused = await show(body.id);
    expect([refused.status, refused.body.error]).toEqual([422, expect.stringMatching(/\w{4}/)]);
    expect(await storedKeys(body.id)).toEqual([`uploads/${body.id}`]);
    const again = await alice.api('POST', `/api/media/${body.id}/retry`);
    expect([again.status, again.body.url]).toEqual([202, null]);
    await server.settle();
    expect((await show(body.id)).status).toBe(422);
    expect((await alice.api('DELETE', `/api/v1/media/${body.id}`)).status).toBe(200);
    await server.settle();
    expect(await storedKeys(body.id)).toEqual([]);
    expect(await server.ctx.queue.deadLetters(5)).toEqual([]);
  });

  it('leaves no work behind', async () => {
    expect(await readdir(workPlace(server.ctx.config))).toEqual([]);
  });
});

describe.runIf(hasFfmpeg)('the work on a film', () => {
  let server: TestServer;
  let shop: Workshop;
  let alice: Person;
  let film: Buffer;
  let now = new Date('2027-01-01T12:00:00Z');

  beforeAll(async () => {
    [server, shop] = [await openTestServer({ idle: true, clock: () => now }), await openWorkshop()];
    alice = await signUp(server, 'alice');
    film = await readFile(await shop.write('film.webm', [...picture('64x48', 1), ...webm.slice(0, 4)]));
  });
  afterAll(async () => {
    await server.close();
    await shop.close();
  });

  const wait = async (): Promise<string> => (await upload(alice, film)).body.id;
  const load = async (id: string): Promise<OwnMedia | undefined> => (await loadMedia(server.ctx, [id]))[0];
  const uploads = async (): Promise<number> => {
    let count = 0;
    for await (const _file of server.ctx.files.list('')) count += 1;
    return count;
  };

  it('that breaks off because the process ends is done again', async () => {
    const id = await wait();
    const ending = { ...server.ctx, closing: AbortSignal.abort(new Error('closing')) };
    await expect(makeReady(ending, id)).rejects.toThrow();
    expect(await load(id)).toMatchObject({ state: 'processing', failure: null });
    await makeReady(server.ctx, id);
    expect(await load(id)).toMatchObject({ state: 'ready', progress: 100 });
    await makeReady(server.ctx, id);
    expect((await load(id))?.files.map(({ role }) => role)).toEqual(['original', 'small']);
  });

  it('that was deleted meanwhile leaves nothing', async () => {
    const id = await wait();
    const before = await uploads();
    await deleteMedia(server.ctx, { accountId: alice.accountId, id });
    await makeReady(server.ctx, id);
    expect(await load(id)).toBeUndefined();
    expect(await uploads()).toBe(before);
  });

  it('whose day is over goes; one that a draft holds is given up and told', async () => {
    const [gone, held] = [await wait(), await wait()];
    await server.ctx.database.pool.query('update media_attachments set expires_at = null where id = $1', [held]);
    now = new Date(now.getTime() + 25 * 3_600_000);
    expect(await purgeMedia(server.ctx)).toBeGreaterThan(0);
    expect(await load(gone)).toBeUndefined();
    expect(await load(held)).toMatchObject({ state: 'failed', failure: expect.stringMatching(/within a day/) });
  });
});

describe('without ffmpeg', () => {
  let server: TestServer;
  let alice: Person;
  beforeAll(async () => {
    server = await openTestServer({ ffmpegPath: '/nowhere/ffmpeg' });
    alice = await signUp(server, 'alice');
  });
  afterAll(() => server.close());

  it('films and sounds are refused in words, and a moving picture moves as a picture', async () => {
    const wav = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0'), Buffer.alloc(200)]);
    const { status, body } = await upload(alice, wav);
    expect([status, body.error]).toEqual([
      422,
      expect.stringMatching(/Films and sounds are not taken here\. Taken are pictures/),
    ]);
    expect((await upload(alice, await movingGif())).body).toMatchObject({
      type: 'image',
      url: expect.stringMatching(/webp$/),
    });
  });
});
