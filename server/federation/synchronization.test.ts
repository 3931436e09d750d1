// Followers synchronisation (FEP-8fcf): two servers that count followers otherwise come to agree, in both directions.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followersDigest } from '#server/features/graph/queries/follower-digests.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { statementsOf } from '#server/testing/statements.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let moved = 0;

beforeAll(async () => {
  scene = await openScene({ clock: () => new Date(Date.now() + moved) });
});
afterAll(() => scene?.close());

const digestOf = (uris: string[]): string => {
  const sum = Buffer.alloc(32);
  for (const uri of uris)
    createHash('sha256')
      .update(uri)
      .digest()
      .forEach((byte, at) => (sum[at] = (sum[at] ?? 0) ^ byte));
  return sum.toString('hex');
};
const uriOf = (person: Person): string => `${scene.server.origin}/ap/users/${person.accountId}`;
const hourMs = 60 * 60 * 1000;

/** Reads the list of alice's followers as `reader`; nobody's signature without one. */
async function readList(reader: Stranger | null, query = ''): Promise<{ status: number; json: Json }> {
  const url = `${scene.aliceUri}/followers_synchronization${query}`;
  const plain = { accept: 'application/activity+json' };
  const response = await fetch(url, { headers: reader?.asking(url, { date: scene.server.ctx.clock() }) ?? plain });
  return { status: response.status, json: (await response.json()) as Json };
}

describe('what we tell', () => {
  it('counts as Mastodon does: a known answer for three followers', async () => {
    const { server, alice, there } = scene;
    await scene.deliver(scene.mallory, scene.activity(scene.mallory, 'Follow', scene.aliceUri));
    const strangers = ['https://example.org/users/alice', 'https://example.org/users/bob', 'https://example.org'];
    for (const uri of [...strangers, 'https://foo.org/users/eve', 'https://foo.org.evil.example/users/eve'])
      await server.ctx.database.pool.query(
        `with made as (
           insert into accounts select (jsonb_populate_record(a, jsonb_build_object('id', $2::bigint, 'uri', $1::text, 'username', 'u' || $2))).*
           from accounts a where a.uri = $3 returning id
         ) insert into follows select (jsonb_populate_record(f, jsonb_build_object('id', $2::bigint, 'uri', $1::text, 'follower_id', made.id))).*
         from made, follows f where f.followee_id = $4 limit 1`,
        [uri, server.ctx.newId(), scene.mallory.uri, alice.accountId],
      );
    await server.ctx.fragments.drop([`followers:${alice.accountId}`]);
    const digest = (host: string) => followersDigest(server.ctx, alice.accountId, host);
    expect(await digest('example.org')).toBe('20aecbe774b3d61c25094370baf370012b9271c5b172ecedb05caff8d79ef0c7');
    expect(await digest('foo.org')).toBe('ccb9c18a67134cfff9d62c7f7e7eb88e6b803446c244b84265565f4eba29df0e');
    expect(await digest('nobody.example')).toBe('0'.repeat(64));
    expect(await digest(there.host)).toBe(digestOf([scene.mallory.uri]));
    await server.ctx.database.pool.query(`delete from accounts where uri like 'https://%'`);
    await server.ctx.fragments.drop([`followers:${alice.accountId}`]);
  });

  it('goes beside what is for followers, and is true after somebody came or went', async () => {
    const { alice, eve, mallory, there, deliver, activity, aliceUri } = scene;
    const told = async (body: Json): Promise<unknown> => {
      there.delivered.length = 0;
      await alice.api('POST', '/api/v1/statuses', body);
      await scene.server.settle();
      return there.delivered[0]?.headers['collection-synchronization'];
    };
    const header = (uris: string[]): string =>
      `collectionId="${aliceUri}/followers", url="${aliceUri}/followers_synchronization", digest="${digestOf(uris)}"`;
    await deliver(eve, activity(eve, 'Follow', aliceUri));
    expect(await told({ status: 'for all' })).toBe(header([mallory.uri, eve.uri]));
    await deliver(mallory, activity(mallory, 'Undo', { type: 'Follow', actor: mallory.uri, object: aliceUri }));
    expect(await told({ status: 'for followers', visibility: 'private' })).toBe(header([eve.uri]));
    expect(await told({ status: `@eve@${there.host} for you alone`, visibility: 'direct' })).toBeUndefined();
  });

  it('costs one statement for an account, not one for each delivery', async () => {
    const { ctx } = scene.server;
    const digests = async (): Promise<void> => {
      for (const host of [scene.there.host, 'a.example', 'b.example'])
        await followersDigest(ctx, scene.alice.accountId, host);
    };
    const forget = () => ctx.fragments.drop([`followers:${scene.alice.accountId}`]);
    expect(await statementsOf(ctx, digests, forget)).toBe(1);
  });

  it('is explained to the server that it is about, and to nobody else', async () => {
    const stranger = await scene.elsewhere.person('somebody');
    expect(await readList(scene.eve)).toMatchObject({
      status: 200,
      json: {
        id: `${scene.aliceUri}/followers_synchronization`,
        type: 'OrderedCollection',
        orderedItems: [scene.eve.uri],
      },
    });
    expect((await readList(stranger)).json['orderedItems']).toEqual([]);
    expect((await readList(null)).status).toBe(401);
    const page = await readList(scene.eve, '?after=0');
    expect(page.json).toMatchObject({ type: 'OrderedCollectionPage', orderedItems: [scene.eve.uri] });
    expect((await readList(scene.eve, '?after=x')).status).toBe(422);
  });
});

describe('what we are told', () => {
  const list = '/users/eve/followers_sync';

  /** Eve writes, with a header about her followers here. */
  async function write(digest: string, more: { url?: string; collectionId?: string } = {}): Promise<void> {
    const { eve, activity, note, there, inbox, server } = scene;
    const url = more.url ?? `${there.origin}${list}`;
    const header = `collectionId="${more.collectionId ?? `${eve.uri}/followers`}", url="${url}", digest="${digest}"`;
    const sent = activity(eve, 'Create', note(eve, 'hello'));
    const options = { headers: { 'collection-synchronization': header }, date: server.ctx.clock() };
    expect(await eve.send(inbox, sent, options)).toBe(202);
    await server.settle();
  }

  const show = (items: unknown, more: Json = {}): void =>
    scene.there.show(list, {
      id: `${scene.there.origin}${list}`,
      type: 'OrderedCollection',
      orderedItems: items,
      ...more,
    });
  const asked = (): number => scene.there.asked.filter((path) => path === list).length;
  const followers = async (): Promise<string[]> => {
    const { rows } = await scene.server.ctx.database.pool.query<{ uri: string }>(
      `select a.uri from follows f join accounts a on a.id = f.follower_id join accounts e on e.id = f.followee_id
       where e.uri = $1 and f.state = 'accepted' order by a.id`,
      [scene.eve.uri],
    );
    return rows.map(({ uri }) => uri);
  };
  const sentBy = (person: Person, type: string): Json[] =>
    scene.there.delivered
      .map(({ activity }) => activity)
      .filter((activity) => activity['type'] === type && activity['actor'] === uriOf(person));

  it('is not looked into while both count alike, nor when it speaks of another', async () => {
    show([]);
    await write(digestOf([scene.aliceUri]));
    await write(digestOf([]), { url: `${scene.elsewhere.origin}/list` });
    await write('nonsense');
    await write(digestOf([]), { url: scene.elsewhere.origin + list, collectionId: `${scene.elsewhere.origin}/x` });
    expect(asked()).toBe(0);
    expect(scene.elsewhere.asked.filter((path) => path.includes('list'))).toEqual([]);
    expect(await followers()).toEqual([scene.aliceUri]);
  });

  it('changes nothing when the list is not whole, no list, or cannot be had', async () => {
    const broken: Array<() => void> = [
      () => show(undefined, { first: `${scene.there.origin}${list}?page=1` }),
      () => show([], { first: `${scene.elsewhere.origin}/page` }),
      () => show([], { type: 'Note' }),
      () => show(undefined),
      () => scene.there.show(list, null),
    ];
    for (const breakIt of broken) {
      breakIt();
      moved += hourMs + 1;
      const before = asked();
      await write(digestOf([]));
      expect(asked()).toBe(before + 1);
      expect(await followers()).toEqual([scene.aliceUri]);
    }
  });

  it('ends what is not listed, takes an answer that was lost, and takes back what we do not have; once an hour', async () => {
    const { server, there, eve } = scene;
    const [bob, carol, dan] = [await signUp(server, 'bob'), await signUp(server, 'carol'), await signUp(server, 'dan')];
    const [found] = (await bob.api('GET', `/api/v1/accounts/search?q=eve@${there.host}`)).body;
    await bob.api('POST', `/api/v1/accounts/${found.id}/follow`);
    await carol.api('POST', `/api/v1/accounts/${found.id}/follow`);
    await server.settle();
    const stranger = `${there.origin}/users/mallory`;
    show([uriOf(bob), uriOf(dan), stranger, `${server.origin}/ap/users/12345`, 7]);
    moved += hourMs + 1;
    there.delivered.length = 0;
    await write(digestOf([uriOf(bob), uriOf(dan)]));
    expect(await followers()).toEqual([uriOf(bob)]);
    expect(sentBy(scene.alice, 'Undo')[0]?.['object']).toMatchObject({ type: 'Follow', object: eve.uri });
    expect(sentBy(dan, 'Undo')[0]?.['object']).toMatchObject({ type: 'Follow', actor: uriOf(dan), object: eve.uri });
    expect(sentBy(bob, 'Undo')).toEqual([]);
    const { body: relations } = await carol.api('GET', `/api/v1/accounts/relationships?id=${found.id}`);
    expect(relations[0]).toMatchObject({ following: false, requested: true });
    const before = asked();
    show([]);
    await write(digestOf([]));
    expect(asked(), 'within the hour').toBe(before);
    expect(await followers()).toEqual([uriOf(bob)]);
  });
});
