// Whatever comes twice, not at all or in another order: what is there in the end is what the activities that came say together. A thousand
// random streams of three actors each against a model; each has actors of its own in one database. STREAM_RUNS and STREAM_SEED choose others.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchAccount } from '#server/features/accounts/activitypub.ts';
import { createUser } from '#server/features/auth/service/users.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { handleActivity } from '#server/inbox.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { openStranger, type StrangeServer } from '#server/testing/stranger.ts';
import { everybody } from './scene.ts';

const runs = Number(process.env['STREAM_RUNS'] ?? 1000);
const seed = Number(process.env['STREAM_SEED'] ?? 20261121);
const together = 50;
const actorCount = 3;

/** What three actors do; which of it comes, and in which order, is chosen apart. */
interface Story {
  notes: Array<{ author: number; answers: number | null; edits: number; isDeleted: boolean }>;
  /** Towards alice and a post of hers, each actor once. */
  acts: Array<{ follows: Mood; likes: Mood; boosts: Mood }>;
}
type Mood = 'no' | 'yes' | 'undone';

type Step =
  | { does: 'Create' | 'Delete'; note: number }
  | { does: 'Update'; note: number; version: number }
  | { does: 'Follow' | 'Like' | 'Announce'; actor: number; isUndo: boolean };

const mood = fc.constantFrom<Mood>('no', 'yes', 'undone');
const storyArbitrary: fc.Arbitrary<Story> = fc.record({
  notes: fc
    .array(
      fc.record({
        author: fc.nat(actorCount - 1),
        answers: fc.option(fc.nat(3)),
        edits: fc.nat(2),
        isDeleted: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    )
    // Nobody answers what is written later.
    .map((notes) => notes.map((note, at) => ({ ...note, answers: at > (note.answers ?? at) ? note.answers : null }))),
  acts: fc.array(fc.record({ follows: mood, likes: mood, boosts: mood }), {
    minLength: actorCount,
    maxLength: actorCount,
  }),
});

function stepsOf({ notes, acts }: Story): Step[] {
  const act = (does: 'Follow' | 'Like' | 'Announce', actor: number, how: Mood): Step[] => [
    ...(how === 'no' ? [] : [{ does, actor, isUndo: false }]),
    ...(how === 'undone' ? [{ does, actor, isUndo: true }] : []),
  ];
  return [
    ...notes.flatMap(({ edits, isDeleted }, note): Step[] => [
      { does: 'Create', note },
      ...Array.from({ length: edits }, (_unused, at): Step => ({ does: 'Update', note, version: at + 1 })),
      ...(isDeleted ? [{ does: 'Delete', note } as const] : []),
    ]),
    ...acts.flatMap(({ follows, likes, boosts }, actor) => [
      ...act('Follow', actor, follows),
      ...act('Like', actor, likes),
      ...act('Announce', actor, boosts),
    ]),
  ];
}

/** A story, and what of it comes: each step never, once or twice, in any order, some at the same moment. */
const streamArbitrary = storyArbitrary.chain((story) => {
  const steps = stepsOf(story);
  return fc.record({
    story: fc.constant(story),
    coming: fc.shuffledSubarray([...steps, ...steps], { minLength: 1 }),
    atOnce: fc.integer({ min: 1, max: 3 }),
  });
});
type Stream = typeof streamArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** What is there, as the model and the database say it. */
interface State {
  notes: Record<string, { text: string; answers: string | null; answered: number }>;
  follows: number[];
  likes: number[];
  boosts: number[];
}

function model({ story, coming }: Stream): State {
  const came = (step: Partial<Step>): boolean =>
    coming.some((one) => Object.entries(step).every(([key, value]) => Reflect.get(one, key) === value));
  const stands = (does: 'Follow' | 'Like' | 'Announce'): number[] =>
    Array.from({ length: actorCount }, (_unused, actor) => actor).filter(
      (actor) => came({ does, actor, isUndo: false }) && !came({ does, actor, isUndo: true }),
    );
  const isThere = (note: number): boolean =>
    !came({ does: 'Delete', note }) && (came({ does: 'Create', note }) || came({ does: 'Update', note }));
  const there = story.notes.flatMap((note, at) => (isThere(at) ? [{ ...note, at }] : []));
  const notes = there.map(({ at, answers, edits }) => {
    const version = Array.from({ length: edits }, (_unused, edit) => edits - edit).find((edit) =>
      came({ does: 'Update', note: at, version: edit }),
    );
    const answered = there.filter((other) => other.answers === at).length;
    const parent = answers !== null && isThere(answers) ? `note${answers}` : null;
    return [`note${at}`, { text: `<p>${version ?? 0}</p>`, answers: parent, answered }] as const;
  });
  return {
    notes: Object.fromEntries(notes),
    follows: stands('Follow'),
    likes: stands('Like'),
    boosts: stands('Announce'),
  };
}

let opened: TestContext;
let far: StrangeServer;
let aliceId: string;
let aliceUri: string;
let actorId: string;
let postId: string;
let made = 0;

beforeAll(async () => {
  [opened, far] = await Promise.all([openTestContext(), openStranger()]);
  const { ctx } = opened;
  const login = { username: 'alice', email: 'alice@mail.example', confirmed: true };
  aliceId = (await createUser(ctx, login)).accountId;
  aliceUri = `${ctx.config.origin}/ap/users/${aliceId}`;
  postId = await createPost(ctx, { accountId: aliceId, source: 'like me', visibility: 'public' });
  const person = await far.person('actor');
  actorId = (await fetchAccount(ctx, person.uri))?.id ?? '';
});
afterAll(async () => {
  await Promise.all([opened?.close(), far?.close()]);
});

interface Place {
  actors: string[];
  post: string;
}

/** Actors whom alice follows and a post of hers for each stream, copied row by row: nobody needs their keys. */
async function settlePlaces(count: number): Promise<Place[]> {
  const { ctx } = opened;
  const places = Array.from({ length: count }, () => {
    made += 1;
    const run = made;
    const actors = Array.from({ length: actorCount }, (_unused, at) => ({
      id: ctx.newId(),
      username: `a${run}x${at}`,
      uri: `${far.origin}/users/a${run}x${at}`,
    }));
    const id = ctx.newId();
    return { actors, post: { id, uri: `${ctx.config.origin}/ap/posts/${id}`, conversation_id: id } };
  });
  const actors = places.flatMap((place) =>
    place.actors.map((actor) => ({
      ...actor,
      followers_url: `${actor.uri}/followers`,
      inbox_url: `${actor.uri}/inbox`,
    })),
  );
  const copy = (table: string): string =>
    `insert into ${table} select (jsonb_populate_record(t, more)).* from ${table} t, jsonb_array_elements($2::jsonb) more where t.id = $1`;
  const { pool } = ctx.database;
  await pool.query(copy('accounts'), [actorId, JSON.stringify(actors)]);
  await pool.query(copy('posts'), [postId, JSON.stringify(places.map(({ post }) => post))]);
  await pool.query(
    `insert into follows (id, follower_id, followee_id, follower_is_remote, state, show_boosts, notify, created_at)
     select (a ->> 'id')::bigint, $1, (a ->> 'id')::bigint, false, 'accepted', true, false, now() from jsonb_array_elements($2::jsonb) a`,
    [aliceId, JSON.stringify(actors)],
  );
  return places.map(({ actors: people, post }) => ({ actors: people.map(({ uri }) => uri), post: post.uri }));
}

const written = Date.now() - 3_600_000;

function noteOf({ story }: Stream, place: Place, at: number, version: number): Json {
  const { author = 0, answers = null } = story.notes[at] ?? {};
  const uri = (note: number): string => `${place.actors[story.notes[note]?.author ?? 0]}/note${note}`;
  return {
    id: uri(at),
    type: 'Note',
    attributedTo: place.actors[author],
    content: `<p>${version}</p>`,
    inReplyTo: answers === null ? null : uri(answers),
    published: new Date(written + at * 1000).toISOString(),
    ...(version === 0 ? {} : { updated: new Date(written + version * 60_000).toISOString() }),
    to: [everybody],
    cc: [`${place.actors[author]}/followers`],
  };
}

function activityOf(stream: Stream, place: Place, step: Step): Json {
  if ('note' in step) {
    const note = noteOf(stream, place, step.note, 'version' in step ? step.version : 0);
    const name = `${step.does}${'version' in step ? step.version : ''}`;
    const object = step.does === 'Delete' ? { id: note['id'], type: 'Tombstone' } : note;
    return {
      id: `${String(note['id'])}/${name}`,
      type: step.does,
      actor: note['attributedTo'],
      object,
      to: [everybody],
    };
  }
  const actor = place.actors[step.actor] ?? '';
  const target = step.does === 'Follow' ? aliceUri : place.post;
  const deed = { id: `${actor}/${step.does}`, type: step.does, actor, object: target, to: [everybody] };
  return step.isUndo ? { id: `${deed.id}/undo`, type: 'Undo', actor, object: deed, to: [everybody] } : deed;
}

/** Hands over what comes, as the worker would: some at the same moment, and again what failed. */
async function play(stream: Stream, place: Place): Promise<void> {
  const { ctx } = opened;
  const activities = stream.coming.map((step) => activityOf(stream, place, step));
  const { rows } = await ctx.database.pool.query<{ id: string; uri: string }>(
    `insert into inbox_activities (actor_uri, activity_uri, body, received_at)
     select a ->> 'actor', a ->> 'id', a::text, now() from jsonb_array_elements($1::jsonb) a on conflict do nothing
     returning id::text as id, activity_uri as uri`,
    [JSON.stringify(activities)],
  );
  const ids = new Map(rows.map(({ id, uri }) => [uri, id]));
  const handle = async (inboxId: string, tries = 3): Promise<void> => {
    try {
      await handleActivity(ctx, { inboxId });
    } catch (error) {
      if (tries === 0) throw error;
      await handle(inboxId, tries - 1);
    }
  };
  for (let at = 0; at < activities.length; at += stream.atOnce) {
    const now = activities.slice(at, at + stream.atOnce);
    await Promise.all(now.map(({ id }) => handle(ids.get(String(id)) ?? '')));
  }
}

async function find(place: Place): Promise<State> {
  const { pool } = opened.ctx.database;
  const name = (uri: string | null): string | null => uri?.split('/').at(-1) ?? null;
  const who = (rows: Array<{ uri: string }>): number[] => rows.map(({ uri }) => place.actors.indexOf(uri)).toSorted();
  const [notes, follows, likes, boosts] = await Promise.all([
    pool.query<{ uri: string; html: string; parent: string | null; replies_count: number }>(
      `select p.uri, p.html, parent.uri as parent, p.replies_count from posts p left join posts parent on parent.id = p.in_reply_to_id
       where p.boost_of_id is null and p.account_id in (select id from accounts where uri = any($1))`,
      [place.actors],
    ),
    pool.query<{ uri: string }>(
      `select a.uri from follows f join accounts a on a.id = f.follower_id where f.followee_id = $2 and f.state = 'accepted' and a.uri = any($1)`,
      [place.actors, aliceId],
    ),
    pool.query<{ uri: string }>(
      `select a.uri from likes l join accounts a on a.id = l.account_id join posts p on p.id = l.post_id where p.uri = $1`,
      [place.post],
    ),
    pool.query<{ uri: string }>(
      `select a.uri from posts b join accounts a on a.id = b.account_id join posts p on p.id = b.boost_of_id where p.uri = $1`,
      [place.post],
    ),
  ]);
  const shown = notes.rows.map(({ uri, html, parent, replies_count: answered }) => {
    return [name(uri) ?? '', { text: html, answers: name(parent), answered }] as const;
  });
  return {
    notes: Object.fromEntries(shown),
    follows: who(follows.rows),
    likes: who(likes.rows),
    boosts: who(boosts.rows),
  };
}

it(
  `ends as the model says in ${runs} random streams with loss, repetition and disorder`,
  { timeout: 600_000, retry: 0 },
  async () => {
    const streams = fc.array(streamArbitrary, { minLength: together, maxLength: together });
    const property = fc.asyncProperty(streams, async (chosen) => {
      const places = await settlePlaces(chosen.length);
      const played = async (stream: Stream, at: number): Promise<void> => {
        const place = places[at] ?? { actors: [], post: '' };
        await play(stream, place);
        expect(await find(place), JSON.stringify(stream)).toEqual(model(stream));
      };
      // As many at once as the pool has connections, so that streams meet in the database.
      const next = chosen.entries();
      const player = async (): Promise<void> => {
        for (const [at, stream] of next) await played(stream, at);
      };
      await Promise.all(Array.from({ length: 6 }, player));
    });
    const numRuns = Math.max(1, Math.round(runs / together));
    const { failed, errorInstance } = await fc.check(property, { numRuns, seed, endOnFailure: true });
    if (failed) throw errorInstance;
  },
);
