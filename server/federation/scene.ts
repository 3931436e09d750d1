// Where the tests of the inbox play: a server of ours with alice, and two made-up ones. Alice follows eve; mallory lives next to eve.
import { expect } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import type { TestOptions } from '#server/testing/context.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';

export const everybody = 'https://www.w3.org/ns/activitystreams#Public';

/** What tests look at in a row of posts. */
export interface StoredPost {
  id: string;
  html: string;
  visibility: string;
  likes_count: number;
  boosts_count: number;
  in_reply_to_id: string | null;
}

export interface Scene {
  server: TestServer;
  there: StrangeServer;
  elsewhere: StrangeServer;
  alice: Person;
  aliceUri: string;
  inbox: string;
  eve: Stranger;
  mallory: Stranger;
  /** An activity with an id of its own. */
  activity(actor: Stranger, type: string, object: unknown, more?: Json): Json;
  /** A public note with an id of its own. */
  note(author: Stranger, content: string, more?: Json): Json;
  /** Sends an activity, waits for what follows, and says what became of it; null when it was not stored. */
  deliver(actor: Stranger, sent: Json): Promise<string | null>;
  outcomeOf(sent: Json): Promise<string | null>;
  /** The stored post with that address. */
  postOf(uri: unknown): Promise<StoredPost | null>;
  close(): Promise<void>;
}

/** Opens the three servers and lets alice follow eve. */
export async function openScene(options: TestOptions = {}): Promise<Scene> {
  const [server, there, elsewhere] = await Promise.all([openTestServer(options), openStranger(), openStranger()]);
  const alice = await signUp(server, 'alice');
  const [eve, mallory] = await Promise.all([there.person('eve'), there.person('mallory')]);
  const inbox = `${server.origin}/ap/inbox`;
  const { pool } = server.ctx.database;
  let count = 0;
  const scene: Scene = {
    server,
    there,
    elsewhere,
    alice,
    aliceUri: `${server.origin}/ap/users/${alice.accountId}`,
    inbox,
    eve,
    mallory,
    activity(actor, type, object, more = {}) {
      count += 1;
      return {
        '@context': 'https://www.w3.org/ns/activitystreams',
        id: `${actor.uri}/activities/${count}`,
        type,
        actor: actor.uri,
        object,
        ...more,
      };
    },
    note(author, content, more = {}) {
      count += 1;
      const audience = { to: [everybody], cc: [`${author.uri}/followers`] };
      const published = new Date().toISOString();
      return {
        id: `${author.uri}/notes/${count}`,
        type: 'Note',
        attributedTo: author.uri,
        content: `<p>${content}</p>`,
        published,
        ...audience,
        ...more,
      };
    },
    async deliver(actor, sent) {
      expect(await actor.send(inbox, sent)).toBe(202);
      await server.settle();
      return scene.outcomeOf(sent);
    },
    async outcomeOf(sent) {
      const { rows } = await pool.query<{ outcome: string | null }>(
        'select outcome from inbox_activities where activity_uri = $1',
        [sent['id']],
      );
      return rows[0]?.outcome ?? null;
    },
    async postOf(uri) {
      const { rows } = await pool.query<StoredPost>('select * from posts where uri = $1', [uri]);
      return rows[0] ?? null;
    },
    async close() {
      await Promise.all([server.close(), there.close(), elsewhere.close()]);
    },
  };
  const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=eve@${there.host}&resolve=true`)).body;
  await alice.api('POST', `/api/v1/accounts/${found.id}/follow`);
  await server.settle();
  expect(await scene.deliver(eve, scene.activity(eve, 'Accept', there.delivered[0]?.activity['id'] ?? ''))).toBe(
    'done',
  );
  return scene;
}
