// Parts of one thread that come to two workers at one moment: they find each other, and are one conversation.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { handleActivity } from '#server/inbox.ts';
import { until } from '#server/testing/until.ts';
import { openScene, type Scene } from './scene.ts';
import { storeActivity } from './store.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
  const { pool } = scene.server.ctx.database;
  // Whoever writes something slow is still at it while others write.
  await pool.query(`create function linger() returns trigger language plpgsql as $$
    begin if new.html like '%slow%' then perform pg_sleep(0.5); end if; return new; end $$`);
  await pool.query('create trigger linger before insert on posts for each row execute function linger()');
  await scene.deliver(scene.mallory, scene.activity(scene.mallory, 'Follow', scene.aliceUri));
});
afterAll(() => scene?.close());

const store = (sent: Json): Promise<unknown> =>
  storeActivity(scene.server.ctx, {
    actorUri: String(sent['actor']),
    activityUri: String(sent['id']),
    body: JSON.stringify(sent),
    carrierUri: null,
  });

/** Begins `slow`, whatever it writes, and has another worker handle `sent` while that is not done. */
async function meanwhile(slow: () => Promise<unknown>, sent: Json): Promise<void> {
  const { server } = scene;
  const { pool } = server.ctx.database;
  const begun = slow();
  await until(async () => {
    const { rows } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'",
    );
    return rows.length > 0;
  });
  // Another worker does not stand in this one's line.
  const other = { ...server.ctx, database: { ...server.ctx.database } };
  await store(sent);
  const { rows } = await pool.query('select id from inbox_activities where activity_uri = $1', [sent['id']]);
  await handleActivity(other, { inboxId: rows[0].id });
  await begun;
  await server.settle();
}

const create = (author: Scene['eve'], note: Json): Json => scene.activity(author, 'Create', note);
/** A note of mallory's that names alice. */
const tellAlice = (words: string, inReplyTo: unknown): Json =>
  scene.note(scene.mallory, words, {
    inReplyTo,
    cc: [scene.aliceUri],
    tag: [{ type: 'Mention', href: scene.aliceUri, name: '@alice' }],
  });
const idOf = async (note: Json): Promise<string> => (await scene.postOf(note['id']))?.id ?? 'none';

/** All of these are in one conversation: who mutes it by one of them has muted all. */
async function expectOne(ids: readonly string[]): Promise<void> {
  const { alice, server } = scene;
  const { rows } = await server.ctx.database.pool.query(
    'select distinct conversation_id from posts where id = any($1::bigint[])',
    [ids],
  );
  expect(rows).toHaveLength(1);
  await alice.api('POST', `/api/v1/statuses/${ids.at(-1)}/mute`);
  const shown = await Promise.all(ids.map((id) => alice.api('GET', `/api/v1/statuses/${id}`)));
  expect(shown.map(({ body }) => body.muted)).toEqual(ids.map(() => true));
}

/** A thread of which the middle is missing. */
async function openTornThread(): Promise<{ root: Json; middle: Json; end: Json }> {
  const { eve, note, deliver } = scene;
  const root = note(eve, 'root');
  const middle = note(eve, 'middle', { inReplyTo: root['id'] });
  const end = tellAlice('end', middle['id']);
  expect(await deliver(eve, create(eve, root))).toBe('done');
  expect(await deliver(scene.mallory, create(scene.mallory, end))).toBe('done');
  return { root, middle, end };
}

describe('when two workers bring', () => {
  it('an answer and what it answers, they find each other', async () => {
    const { eve, mallory, note } = scene;
    const asked = note(eve, 'asked');
    const answer = tellAlice('a slow answer', asked['id']);
    await meanwhile(() => store(create(mallory, answer)), create(eve, asked));
    expect((await scene.postOf(answer['id']))?.in_reply_to_id).toBe(await idOf(asked));
  });

  it('the middle of a thread and what comes after its end, all are one conversation', async () => {
    const { eve, mallory } = scene;
    const { root, middle, end } = await openTornThread();
    const after = tellAlice('slow, after the end', end['id']);
    await meanwhile(() => store(create(mallory, after)), create(eve, middle));
    await expectOne(await Promise.all([root, middle, end, after].map(idOf)));
  });

  it('the middle of a thread and what comes before its beginning, all are one conversation', async () => {
    const { eve, note, deliver } = scene;
    const first = note(eve, 'first of all');
    const root = note(eve, 'root', { inReplyTo: first['id'] });
    const middle = note(eve, 'a slow middle', { inReplyTo: root['id'] });
    const end = tellAlice('end', middle['id']);
    expect(await deliver(eve, create(eve, root))).toBe('done');
    expect(await deliver(scene.mallory, create(scene.mallory, end))).toBe('done');
    await meanwhile(() => store(create(eve, middle)), create(eve, first));
    await expectOne(await Promise.all([first, root, middle, end].map(idOf)));
  });

  it('the middle of a thread while somebody here answers its end, all are one conversation', async () => {
    const { alice, eve } = scene;
    const { root, middle, end } = await openTornThread();
    const ids = [await idOf(end)];
    await meanwhile(
      async () => {
        const { body } = await alice.api('POST', '/api/v1/statuses', { status: 'slow', in_reply_to_id: ids[0] });
        ids.push(body.id);
      },
      create(eve, middle),
    );
    await expectOne([await idOf(root), await idOf(middle), ...ids]);
  });
});

it('the halves of a direct thread are one talk once its middle comes', async () => {
  const { alice, aliceUri, eve, note, deliver } = scene;
  const toAlice = { to: [aliceUri], cc: [], tag: [{ type: 'Mention', href: aliceUri, name: '@alice' }] };
  const root = note(eve, 'psst', toAlice);
  const middle = note(eve, 'are you there', { ...toAlice, inReplyTo: root['id'] });
  const end = note(eve, 'no?', { ...toAlice, inReplyTo: middle['id'] });
  const talks = async () => (await alice.api('GET', '/api/v1/conversations')).body;
  for (const [sent, count] of [
    [root, 1],
    [end, 2],
    [middle, 1],
  ] as const) {
    expect(await deliver(eve, create(eve, sent))).toBe('done');
    expect(await talks()).toHaveLength(count);
  }
  const ids = await Promise.all([root, middle, end].map(idOf));
  const latest = ids.toSorted((one, other) => Number(BigInt(one) - BigInt(other))).at(-1);
  expect(await talks()).toMatchObject([{ unread: true, last_status: { id: latest } }]);
});

it('a message to one person alone is to them, also when it names nobody', async () => {
  const { alice, aliceUri, eve, mallory, note, deliver } = scene;
  const heard = async (): Promise<string[]> => {
    const { body } = await alice.api('GET', '/api/v1/notifications?types[]=mention');
    return body.map(({ status }: { status: { content: string } }) => status.content);
  };
  const before = await heard();
  const toAlice = { to: [aliceUri], cc: [] };
  const aside = note(eve, 'for a circle', { to: [aliceUri, mallory.uri], cc: [] });
  expect(await deliver(eve, create(eve, aside))).toBe('done');
  expect(await deliver(eve, create(eve, note(eve, 'a chat', { ...toAlice, type: 'ChatMessage' })))).toBe('done');
  expect(await deliver(eve, create(eve, note(eve, 'a note', { ...toAlice, cc: [aliceUri] })))).toBe('done');
  expect(await heard()).toEqual(['<p>a note</p>', '<p>a chat</p>', ...before]);
});
