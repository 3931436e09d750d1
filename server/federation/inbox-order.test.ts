// Activities that come in any order, and people who are kept away.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '#server/testing/people.ts';
import { until } from '#server/testing/until.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { everybody, openScene, type Scene } from './scene.ts';
import { storeActivity } from './store.ts';

let scene: Scene;
let server: Scene['server'];
let elsewhere: Scene['elsewhere'];
let alice: Scene['alice'];
let aliceUri: Scene['aliceUri'];
let inbox: Scene['inbox'];
let eve: Scene['eve'];
let mallory: Scene['mallory'];
let activity: Scene['activity'];
let note: Scene['note'];
let deliver: Scene['deliver'];
let postOf: Scene['postOf'];

beforeAll(async () => {
  scene = await openScene();
  ({ server, elsewhere, alice, aliceUri, inbox, eve, mallory, activity, note, deliver, postOf } = scene);
});
afterAll(() => scene?.close());

describe('in any order', () => {
  it('a deleted post does not come to life, whatever comes first', async () => {
    const object = note(eve, 'gone before it came');
    expect(await deliver(eve, activity(eve, 'Delete', object['id']))).toBe('unknown_object');
    expect(await deliver(eve, activity(eve, 'Create', object))).toBe('deleted');
    expect(await deliver(eve, activity(eve, 'Update', { ...object, updated: new Date().toISOString() }))).toBe(
      'deleted',
    );
    expect(await postOf(object['id'])).toBeNull();
  });

  it('somebody else’s word that a post is deleted does not keep it from coming', async () => {
    const object = note(eve, 'still here');
    expect(await deliver(mallory, activity(mallory, 'Delete', object['id']))).toBe('unknown_object');
    expect(await deliver(eve, activity(eve, 'Create', object))).toBe('done');
    expect(await deliver(eve, activity(eve, 'Delete', object['id']))).toBe('done');
    expect(await deliver(eve, activity(eve, 'Create', object))).toBe('deleted');
  });

  it('what was undone before it came has no effect', async () => {
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'quick' });
    const like = activity(eve, 'Like', post.uri);
    const boost = activity(eve, 'Announce', post.uri, { to: [everybody] });
    const follow = activity(eve, 'Follow', aliceUri);
    for (const sent of [like, boost, follow])
      expect(await deliver(eve, activity(eve, 'Undo', sent))).toBe('unknown_object');
    for (const sent of [like, boost, follow]) expect(await deliver(eve, sent)).toBe('undone');
    expect(await postOf(post.uri)).toMatchObject({ likes_count: 0, boosts_count: 0 });
  });

  it('a deletion that races with the post leaves no post', async () => {
    for (let round = 0; round < 10; round += 1) {
      const object = note(eve, 'race');
      await Promise.all([
        eve.send(inbox, activity(eve, 'Create', object)),
        eve.send(inbox, activity(eve, 'Delete', object['id'])),
      ]);
      await server.settle();
      expect(await postOf(object['id'])).toBeNull();
    }
  });

  it('a reply brings what it answers, and one whose parent comes later finds it', async () => {
    const author = await elsewhere.person('thread');
    const root = note(author, 'root');
    const middle = note(author, 'middle', { inReplyTo: root['id'] });
    for (const one of [root, middle]) elsewhere.show(new URL(String(one['id'])).pathname, one);
    const reply = note(eve, 'reply', { inReplyTo: middle['id'] });
    expect(await deliver(eve, activity(eve, 'Create', reply))).toBe('done');
    const [stored, parent, top] = await Promise.all([postOf(reply['id']), postOf(middle['id']), postOf(root['id'])]);
    expect(stored?.in_reply_to_id).toBe(parent?.id);
    expect(parent?.in_reply_to_id).toBe(top?.id);

    const late = note(eve, 'late');
    const early = note(eve, 'early', { inReplyTo: late['id'] });
    expect(await deliver(eve, activity(eve, 'Create', early))).toBe('done');
    expect((await postOf(early['id']))?.in_reply_to_id).toBeNull();
    expect(await deliver(eve, activity(eve, 'Create', late))).toBe('done');
    const { body: thread } = await alice.api('GET', `/api/v1/statuses/${(await postOf(late['id']))?.id}/context`);
    expect(thread.descendants.map(({ uri }: Answer['body']) => uri)).toEqual([early['id']]);
    expect((await alice.api('GET', `/api/v1/statuses/${(await postOf(late['id']))?.id}`)).body.replies_count).toBe(1);
    // While nobody knew that eve answered herself, it was for nobody's home.
    const home = (await alice.api('GET', '/api/v1/timelines/home')).body.map(({ uri }: Answer['body']) => uri);
    expect(home).toEqual(expect.arrayContaining([late['id'], early['id']]));
  });

  it('a conversation that answers itself in a circle ends', async () => {
    const author = await elsewhere.person('circle');
    const one = note(author, 'one');
    const two = note(author, 'two', { inReplyTo: one['id'] });
    one['inReplyTo'] = two['id'];
    for (const each of [one, two]) elsewhere.show(new URL(String(each['id'])).pathname, each);
    expect(await deliver(eve, activity(eve, 'Create', note(eve, 'x', { inReplyTo: one['id'] })))).toBe('done');
  });
});

describe('who is kept away', () => {
  it('a blocked account neither follows nor speaks to the one who blocked it', async () => {
    const pest = await elsewhere.person('pest');
    expect(await deliver(pest, activity(pest, 'Follow', aliceUri))).toBe('done');
    const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=pest@${elsewhere.host}`)).body;
    await alice.api('POST', `/api/v1/accounts/${found.id}/block`);
    await server.settle();
    expect(elsewhere.delivered.map(({ activity: sent }) => sent['type'])).toEqual(
      expect.arrayContaining(['Reject', 'Block']),
    );
    expect(await deliver(pest, activity(pest, 'Follow', aliceUri))).toBe('refused');
    await server.settle();
    const mention = note(pest, 'you', {
      to: [aliceUri],
      cc: [],
      tag: [{ type: 'Mention', href: aliceUri, name: '@alice' }],
    });
    expect(await deliver(pest, activity(pest, 'Create', mention))).toBe('nobody_asked');
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'hands off' });
    expect(await deliver(pest, activity(pest, 'Like', post.uri))).toBe('refused_NotFound');
  });

  it('a block by somebody else takes the follow away and hides the two from each other', async () => {
    const shy = await elsewhere.person('shy');
    const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=shy@${elsewhere.host}&resolve=true`)).body;
    await alice.api('POST', `/api/v1/accounts/${found.id}/follow`);
    await server.settle();
    const block = activity(shy, 'Block', aliceUri);
    expect(await deliver(shy, block)).toBe('done');
    const relation = async (): Promise<Answer['body']> =>
      (await alice.api('GET', `/api/v1/accounts/relationships?id[]=${found.id}`)).body[0];
    expect(await relation()).toMatchObject({ blocked_by: true, following: false, requested: false });
    expect(await deliver(shy, activity(shy, 'Undo', block))).toBe('done');
    expect(await relation()).toMatchObject({ blocked_by: false });
  });

  it('posts that nobody here asked for are not kept', async () => {
    const spammer = await elsewhere.person('spammer');
    const object = note(spammer, 'buy');
    expect(await deliver(spammer, activity(spammer, 'Create', object))).toBe('nobody_asked');
    expect(await deliver(spammer, activity(spammer, 'Announce', object['id'], { to: [everybody] }))).toBe(
      'nobody_asked',
    );
    expect(await postOf(object['id'])).toBeNull();
  });

  it('a deleted account takes its posts along and does not come back', async () => {
    const leaver = await elsewhere.person('leaver');
    expect(await deliver(leaver, activity(leaver, 'Follow', aliceUri))).toBe('done');
    const object = note(leaver, 'farewell', { tag: [{ type: 'Mention', href: aliceUri }], to: [everybody, aliceUri] });
    expect(await deliver(leaver, activity(leaver, 'Create', object))).toBe('done');
    const followers = async (): Promise<number> =>
      (await alice.api('GET', '/api/v1/accounts/verify_credentials')).body.followers_count;
    const before = await followers();
    expect(await deliver(leaver, activity(leaver, 'Delete', leaver.uri))).toBe('done');
    await server.settle();
    expect(await postOf(object['id'])).toBeNull();
    expect(await followers()).toBe(before - 1);
    expect(await deliver(leaver, activity(leaver, 'Create', note(leaver, 'again')))).toBe('unknown_actor');
  });
});

describe('many at one moment', () => {
  const sendAll = (sent: Json[]) =>
    Promise.all(
      sent.map((one) =>
        storeActivity(server.ctx, {
          actorUri: String(one['actor']),
          activityUri: String(one['id']),
          body: JSON.stringify(one),
          carrierUri: null,
        }),
      ),
    );
  const countOf = async () => {
    const { rows } = await server.ctx.database.pool.query<{ posts_count: number }>(
      'select posts_count from accounts where uri = $1',
      [eve.uri],
    );
    return rows[0]?.posts_count ?? 0;
  };

  it('become what they are one by one: answers find what they answer, copies and deleted posts are no posts', async () => {
    const before = await countOf();
    const thread = [note(eve, 'one')];
    for (const word of ['two', 'three', 'four', 'five'])
      thread.push(note(eve, word, { inReplyTo: thread.at(-1)?.['id'] }));
    const gone = note(eve, 'gone');
    await deliver(eve, activity(eve, 'Delete', gone['id']));
    const creates = [...thread.toReversed(), gone, ...thread].map((object) => activity(eve, 'Create', object));
    await sendAll(creates);
    await server.settle();
    const outcomes = await Promise.all(creates.map((sent) => scene.outcomeOf(sent)));
    expect(outcomes).toEqual([...Array(5).fill('done'), 'deleted', ...Array(5).fill('done')]);
    const posts = await Promise.all(thread.map(({ id }) => postOf(id)));
    expect(posts.map((post) => post?.in_reply_to_id)).toEqual([null, ...posts.slice(0, 4).map((post) => post?.id)]);
    const { body: context } = await alice.api('GET', `/api/v1/statuses/${posts[4]?.id}/context`);
    expect(context.ancestors).toHaveLength(4);
    expect(await postOf(gone['id'])).toBeNull();
    expect(await countOf()).toBe(before + 5);
    const home = (await alice.api('GET', '/api/v1/timelines/home')).body.map(({ uri }: { uri: string }) => uri);
    expect(home).toEqual(expect.arrayContaining(thread.map(({ id }) => id)));
  });

  it('fail one by one: what cannot be written keeps no other away, and is tried again', async () => {
    const { pool } = server.ctx.database;
    const notes = ['sound', 'spoilt', 'sound too'].map((word) => note(eve, word));
    await pool.query(`create function spoil() returns trigger language plpgsql as $$
      begin if new.html like '%spoilt%' then raise exception 'spoilt'; end if; return new; end $$`);
    await pool.query('create trigger spoil before insert on posts for each row execute function spoil()');
    const creates = notes.map((object) => activity(eve, 'Create', object));
    await sendAll(creates);
    const [first, spoilt, last] = creates;
    await until(
      async () => (await scene.outcomeOf(first ?? {})) === 'done' && (await scene.outcomeOf(last ?? {})) === 'done',
    );
    expect(await scene.outcomeOf(spoilt ?? {})).toBeNull();
    await pool.query('drop trigger spoil on posts');
    await server.settle();
    expect(await scene.outcomeOf(spoilt ?? {})).toBe('done');
  });
});
