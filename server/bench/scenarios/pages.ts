// (h) The other pages that people read: a profile, a hashtag, a list, a conversation, a search, their notifications. 50 connections, against one prepared
// statement each by the bare driver.
import type { Rig } from '../rig.ts';
import { accountId, firstLaterId, readerNumbers, seedEnd } from '../seed/size.ts';
import { measureReading, type Visit } from './reading.ts';

const connections = 50;
const p99Ms = 50;
/** So many answers has a conversation, and so many members a list. */
const answers = 300;
const members = 40;

export async function runPages(rig: Rig): Promise<void> {
  const readers = readerNumbers(rig.size).slice(0, 200);
  const visits = (toVisit: (reader: number, index: number) => Omit<Visit, 'reader'>): Visit[] =>
    readers.map((reader, index) => ({ reader, ...toVisit(reader, index) }));
  // Everybody looks at the profile of another one of the hundred best known.
  await measureReading(rig, {
    scenario: 'profile',
    visits: visits((_, index) => {
      const id = accountId(1 + (index % 100));
      return { path: `/api/v1/accounts/${id}/statuses?limit=20`, limitPath: `/page/account?limit=20&of=${id}` };
    }),
    connections,
    aims: { ratio: 2, p99Ms },
  });
  const tags = await popularTags(rig);
  await measureReading(rig, {
    scenario: 'hashtag',
    visits: visits((_, index) => {
      const tag = encodeURIComponent(tags[index % tags.length] ?? '');
      return { path: `/api/v1/timelines/tag/${tag}?limit=20`, limitPath: `/page/tag?limit=20&of=${tag}` };
    }),
    connections,
    aims: { ratio: 1, p99Ms },
  });
  const lists = await makeLists(rig, readers);
  await measureReading(rig, {
    scenario: 'list',
    visits: visits((_, index) => {
      const id = lists[index] ?? '';
      return { path: `/api/v1/timelines/list/${id}?limit=20`, limitPath: `/page/list?limit=20&of=${id}` };
    }),
    connections,
    aims: { ratio: 1, p99Ms },
  });
  const roots = await makeConversations(rig);
  await measureReading(rig, {
    scenario: `conversation, ${answers} answers`,
    visits: visits((_, index) => {
      const id = roots[index % roots.length] ?? '';
      return { path: `/api/v1/statuses/${id}/context`, limitPath: `/page/context?limit=1000&of=${id}` };
    }),
    connections,
    aims: { ratio: 2 },
  });
  await runSearch(rig, readers, tags);
  await runNotifications(rig, readers);
}

/** Words of hashtags are found like all others. */
async function runSearch(rig: Rig, readers: readonly number[], words: readonly string[]): Promise<void> {
  await measureReading(rig, {
    scenario: 'search for posts',
    visits: readers.map((reader, index) => {
      const word = encodeURIComponent(words[index % words.length] ?? '');
      return {
        reader,
        path: `/api/v2/search?type=statuses&q=${word}&limit=20`,
        limitPath: `/page/search?limit=20&of=${word}`,
      };
    }),
    connections,
    aims: { ratio: 1, p99Ms },
  });
}

async function runNotifications(rig: Rig, readers: readonly number[]): Promise<void> {
  await groupNotifications(rig, readers);
  await measureReading(rig, {
    scenario: 'notifications in groups',
    visits: readers.map((reader) => ({
      reader,
      path: '/api/v2/notifications?limit=20',
      limitPath: '/page/notifications?limit=20',
    })),
    connections,
    aims: { ratio: 1, p99Ms },
  });
}

/** The seed writes notifications one by one; these readers get theirs in groups, as the server would have written them. */
async function groupNotifications(rig: Rig, readers: readonly number[]): Promise<void> {
  await rig.sql.query(
    `with keyed as (
       select n.id, case when n.kind = 'like' then 'like-' || n.post_id || '-' || floor(extract(epoch from n.created_at) / 86400)::bigint end as key,
         n.account_id from notifications n where n.account_id = any($1::bigint[]) and n.group_size is null
     ), sized as (
       select id, key, case when key is null then 1 when id = max(id) over same then count(*) over same end as size
       from keyed window same as (partition by account_id, key)
     )
     update notifications n set group_key = sized.key, group_size = sized.size from sized where n.id = sized.id and (sized.key is not null or sized.size is not null)`,
    [readers.map(accountId)],
  );
  await rig.sql.query('vacuum analyze notifications');
}

async function popularTags(rig: Rig): Promise<string[]> {
  const { rows } = await rig.sql.query<{ name: string }>(
    'select t.name from tags t join post_tags p on p.tag_id = t.id group by t.name order by count(*) desc, t.name limit 100',
  );
  return rows.map(({ name }) => name);
}

/** A list for each reader, of people whom they follow. Returns the ids of the lists. */
async function makeLists(rig: Rig, readers: readonly number[]): Promise<string[]> {
  await rig.sql.query('delete from lists');
  const owners = readers.map(accountId);
  const { rows } = await rig.sql.query<{ id: string }>(
    `with made as (
       insert into lists (account_id, title, created_at) select id, 'Birds', now() from unnest($1::bigint[]) with ordinality as o (id, place)
       order by place returning id, account_id
     ), filled as (
       insert into list_accounts (list_id, account_id)
       select made.id, f.followee_id from made cross join lateral (
         select followee_id from follows where follower_id = made.account_id and state = 'accepted' order by followee_id limit $2
       ) f
     )
     select made.id from made join unnest($1::bigint[]) with ordinality as o (id, place) on o.id = made.account_id order by place`,
    [owners, members],
  );
  await rig.sql.query('analyze lists, list_accounts');
  return rows.map(({ id }) => id);
}

/** Ten posts of the herald with many answers each. They go with the rest of the run. Returns the ids of the ten. */
async function makeConversations(rig: Rig): Promise<string[]> {
  const roots = Array.from({ length: 10 }, (_, index) => (BigInt(firstLaterId) + BigInt(1 + index * 1000)).toString());
  const insert = (id: string, parent: string): string =>
    `insert into posts (id, account_id, uri, url, local, visibility, source, html, summary, language, conversation_id,
       in_reply_to_id, in_reply_to_account_id, in_reply_to_uri, created_at)
     select ${id}, a.id, 'http://rookery.test/ap/posts/' || (${id}), 'http://rookery.test/@' || a.username || '/' || (${id}), true, 'public', 'A word or two', '<p>A word or two about the birds of this town, and where they went</p>', '', 'en',
       r.id, ${parent}, case when ${parent} is null then null else $2::bigint end,
       case when ${parent} is null then null else 'http://rookery.test/ap/posts/' || r.id end, $3::timestamptz`;
  const moment = new Date(seedEnd + 1000);
  await rig.sql.query(
    `${insert('r.id', 'null::bigint')} from unnest($1::bigint[]) as r (id) join accounts a on a.id = $2 on conflict do nothing`,
    [roots, accountId(1), moment],
  );
  await rig.sql.query(
    `${insert('r.id + n.place', 'r.id')} from unnest($1::bigint[]) as r (id) cross join generate_series(1, ${answers}) as n (place)
     join (select id, username, row_number() over (order by id) as place from accounts where domain is null order by id limit ${answers}) a on a.place = n.place
     on conflict do nothing`,
    [roots, accountId(1), moment],
  );
  await rig.sql.query('update posts set replies_count = $2 where id = any($1::bigint[])', [roots, answers]);
  // As autovacuum would within minutes: until then each search reads through the words of the new posts one by one.
  await rig.sql.query('vacuum analyze posts');
  return roots;
}
