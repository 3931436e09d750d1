// Accounts of both kinds, logins, tokens and who follows whom.
import { accountCount, benchOrigin, followsStart, type SeedSize } from './size.ts';
import type { Step } from './functions.ts';

/** Reads `bench.names (k, word)` and `bench.passages`. Every sixth account is of another server; the first is the herald. */
export function peopleSteps(size: SeedSize): Step[] {
  return [
    { title: 'accounts', text: accountsText(size) },
    { title: '', text: keysText },
    { title: '', text: usersText },
    { title: 'follows', text: followsText(size) },
  ];
}

const avatar = (n: string, folder: string, share: number): string =>
  `case when bench.share(${n}, ${share}) < 0.8 then jsonb_build_object('key', '${folder}/' || md5(${n}::text) || '.webp', 'description', '') end`;

/** Other servers' inboxes are addresses that nobody listens on, of this machine: nothing can ever leave it. */
function accountsText(size: SeedSize): string {
  const count = accountCount(size);
  return `
    create unlogged table bench.people as
    select n, bench.account_id(n) as id, first.word || case when n = 1 then '_herald' else '_' || n end as username,
      case when n % 6 = 0 then 'town' || bench.pick(n, 30, 200, 1.5) || '.example' end as domain,
      initcap(first.word) || ' ' || initcap(last.word) as display_name
    from generate_series(1, ${count}) as n
    join bench.names first on first.k = bench.pick(n, 31, (select count(*)::int from bench.names), 1)
    join bench.names last on last.k = bench.pick(n, 32, (select count(*)::int from bench.names), 1);
    create unique index on bench.people (n);
    create unique index on bench.people (id);
    analyze bench.people;
    with bios as (
      select row_number() over (order by k) as k, text, html from bench.passages where length(text) between 40 and 250
    )
    insert into accounts (id, username, domain, uri, url, inbox_url, shared_inbox_url, followers_url, display_name, bio, bio_html,
      fields, avatar, header, created_at, updated_at, fetched_at)
    select p.id, p.username, p.domain, place.uri, place.url,
      case when p.domain is null then place.uri else 'http://127.0.0.1:9/' || p.id end || '/inbox',
      case when p.domain is null then '${benchOrigin}/ap/inbox' else 'http://127.0.0.1:9/inbox' end,
      place.uri || '/followers', p.display_name, bio.text, bio.html,
      case when bench.share(p.n, 33) < 0.3 then jsonb_build_array(jsonb_build_object('name', 'Website', 'value', 'https://example.org/' || p.username, 'verifiedAt', null)) else '[]' end,
      ${avatar('p.n', 'avatars', 34)}, ${avatar('p.n', 'headers', 35)},
      bench.moment(p.id), bench.moment(p.id), case when p.domain is not null then bench.moment(p.id) end
    from bench.people p
    cross join lateral (select case when p.domain is null then '${benchOrigin}/ap/users/' || p.id else 'https://' || p.domain || '/users/' || p.username end as uri,
      case when p.domain is null then '${benchOrigin}/@' || p.username else 'https://' || p.domain || '/@' || p.username end as url) place
    join bios bio on bio.k = bench.pick(p.n, 36, (select count(*)::int from bios), 1)`;
}

/** One pair of keys for all, because making ten thousand takes half an hour; $1 to $4 are its PEM texts. */
const keysText = `
  insert into account_keys (account_id, key_id, rsa_public, rsa_private, ed_key_id, ed_public, ed_private, fetched_at)
  select id, uri || '#main-key', current_setting('bench.rsa_public'), case when domain is null then current_setting('bench.rsa_private') end,
    case when domain is null then uri || '#multikey-1' end, case when domain is null then current_setting('bench.ed_public') end,
    case when domain is null then current_setting('bench.ed_private') end, created_at
  from accounts`;

const usersText = `
  insert into users (account_id, email, email_confirmed_at, password_hash, role, approved_at, created_at)
  select p.id, p.username || '@rookery.test', moment, current_setting('bench.password_hash'), case when p.n = 1 then 'owner' else 'user' end, moment, moment
  from bench.people p cross join lateral (select bench.moment(p.id) as moment) made
  where p.domain is null`;

/** Everybody follows the herald; the rest are drawn with a skew, by some people more than by others, each pair once, and cut to the wanted number. */
function followsText(size: SeedSize): string {
  const wanted = size.follows - (size.users - 1);
  const draws = Math.ceil((size.follows / size.users) * 1.6);
  return `
    create unlogged table bench.follows as
    select row_number() over (order by place, follower, followee) as k, follower, followee from (
      (select follower.n as follower, 1 as followee, hashint8extended(follower.n, 40) as place
        from bench.people follower where follower.domain is null and follower.n > 1)
      union all
      (select follower, followee, hashint8extended(follower * 100000::bigint + followee, 41) as place from (
          select distinct follower.n as follower, bench.pick(follower.n * 10000::bigint + i, 42, ${accountCount(size)}, 1.6) as followee
          from bench.people follower cross join lateral generate_series(1, (${draws} * (0.2 + 1.6 * bench.share(follower.n, 43)))::int) as i
          where follower.domain is null
        ) drawn
        where follower <> followee and followee <> 1 order by 3, 1, 2 limit ${wanted})
    ) pairs;
    insert into follows (id, follower_id, followee_id, follower_is_remote, state, created_at)
    select (${followsStart}::bigint + k) << 16, bench.account_id(follower), bench.account_id(followee), false, 'accepted',
      to_timestamp((${followsStart}::bigint + k) / 1000.0)
    from bench.follows`;
}
