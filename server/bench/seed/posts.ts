// A year of posts: who wrote them, what they answer or boost, whom they mention; and what people liked.
import { accountCount, benchOrigin, type SeedSize } from './size.ts';
import type { Step } from './functions.ts';

/** `feedSteps` must have filled feed_entries before the last of these: what people like is mostly what they see. */
export function draftSteps(size: SeedSize): Step[] {
  return [{ title: 'drafts of posts', text: draftsText(size) }];
}

export function postSteps(size: SeedSize): Step[] {
  return [
    { title: 'likes and bookmarks', text: likesText(size) },
    { title: 'mentions and tags', text: partsText(size) },
    { title: 'posts', text: postsText },
    { title: 'counters and notifications', text: countersText },
  ];
}

/**
 * bench.posts: one narrow row a post. Every fourth post is public and no boost, so it may be answered and boosted; every
 * eighth answers nothing, so that the first post of a thread is at most two steps away. Many boosts go to every 64th post.
 */
function draftsText(size: SeedSize): string {
  const reach = Math.min(20_000, Math.floor(size.posts / 5));
  return `
    create unlogged table bench.posts as
    with drawn as (
      select n, bench.pick(n, 1, ${accountCount(size)}, 1.6) as author, bench.share(n, 2) as kind, bench.share(n, 5) as tone,
        n - 1 - floor(power(bench.share(n, 3), 3) * ${reach})::int as back, bench.share(n, 4) < 0.5 as is_hit
      from generate_series(1, ${size.posts}) as n
    ), kinds as (
      select n, author, tone, case
          when n % 8 = 0 or back < 64 then 'post'
          when n % 8 = 4 then case when kind < 0.4 then 'reply' else 'post' end
          when kind < 0.16 then 'boost' when kind < 0.48 then 'reply' else 'post' end as kind,
        back / (case when n % 8 = 4 then 8 when is_hit then 64 else 4 end) * (case when n % 8 = 4 then 8 when is_hit then 64 else 4 end) as target
      from drawn
    ), once as (
      select *, kind = 'boost' and row_number() over (partition by kind = 'boost', author, target order by n) > 1 as is_again from kinds
    )
    select n, bench.post_id(n) as id, author, bench.account_id(author) as account_id, case when is_again then 'post' else kind end as kind,
      case when kind <> 'post' and not is_again then target end as target,
      case when kind = 'boost' then 'public' when n % 4 = 0 then case when tone < 0.9 then 'public' else 'unlisted' end
        when tone < 0.78 then 'public' when tone < 0.9 then 'unlisted' when tone < 0.98 then 'followers' else 'direct' end as visibility
    from once;
    create unique index on bench.posts (n);
    analyze bench.posts;
    alter table bench.posts add target_author int, add root int, add mentioned int;
    create unlogged table bench.drafts as
    select p.n, p.id, p.author, p.account_id, p.kind, p.target, p.visibility, t.author as target_author,
      case when t.kind = 'reply' then t.target else p.target end as root,
      case when p.kind = 'boost' then null when p.kind = 'reply' then nullif(t.author, p.author)
        when p.visibility = 'direct' or bench.share(p.n, 6) < 0.06 then nullif(bench.pick(p.n, 7, ${accountCount(size)}, 1.6), p.author) end as mentioned
    from bench.posts p left join bench.posts t on t.n = p.target;
    drop table bench.posts;
    alter table bench.drafts rename to posts;
    create unique index on bench.posts (n);
    create unique index on bench.posts (id);
    analyze bench.posts`;
}

/** People like a twelfth of what they see, and now and then something old; they bookmark one in a hundred. */
function likesText(size: SeedSize): string {
  return `
    create unlogged table bench.likes as
    select row_number() over (order by post_id, account_id) as k, post_id, account_id from (
      select coalesce(boost_of_id, post_id) as post_id, owner_id as account_id from feed_entries
      where bench.share(owner_id # (post_id >> 3), 50) < 0.08
      union
      select bench.post_id(4 * bench.pick(k, 51, ${Math.floor(size.posts / 4)}, 1)), p.id
      from generate_series(1, ${size.likes}) as k join bench.people p on p.n = bench.pick(k, 52, ${accountCount(size)}, 1)
    ) liked;
    insert into likes (id, post_id, account_id, created_at)
    select post_id + (k << 24), post_id, account_id, bench.moment(post_id + (k << 24)) from bench.likes;
    insert into bookmarks (id, account_id, post_id, created_at)
    select post_id + (k << 24), account_id, post_id, bench.moment(post_id) from bench.likes where bench.share(k, 53) < 0.1`;
}

function partsText(size: SeedSize): string {
  const tag = (place: number): string => `bench.pick(n, ${60 + place}, ${size.tags}, 2)`;
  return `
    insert into mentions (post_id, account_id) select id, bench.account_id(mentioned) from bench.posts where mentioned is not null;
    create unlogged table bench.post_tags as
    select n, id, array(select distinct k from unnest(case when luck < 0.02 then array[${tag(1)}, ${tag(2)}, ${tag(3)}]
      when luck < 0.07 then array[${tag(1)}, ${tag(2)}] else array[${tag(1)}] end) k order by k) as ks
    from (select n, id, bench.share(n, 60) as luck from bench.posts where kind <> 'boost') drawn where luck < 0.2;
    insert into post_tags (tag_id, post_id) select k, id from bench.post_tags, unnest(ks) as k`;
}

const mention = `case when whom.n is null then '' else '<span class="h-card"><a href="' || whom_account.url || '" class="u-url mention">@<span>' || whom.username || '</span></a></span> ' end`;
const handle = `case when whom.n is null then '' else '@' || whom.username || coalesce('@' || whom.domain, '') || ' ' end`;

/** The rows themselves, in the order of time, with the counters that likes, boosts and answers add up to. */
const postsText = `
  create unlogged table bench.counts as
  select id, sum(likes)::int as likes, sum(boosts)::int as boosts, sum(replies)::int as replies from (
    select post_id as id, count(*) as likes, 0 as boosts, 0 as replies from bench.likes group by post_id
    union all
    select bench.post_id(target), 0, count(*) filter (where kind = 'boost'), count(*) filter (where kind = 'reply' and visibility in ('public', 'unlisted'))
    from bench.posts where target is not null group by target
  ) counted group by id;
  create unlogged table bench.tag_texts as
  select t.n, ' ' || string_agg('#' || tags.display, ' ' order by k) as plain,
    ' ' || string_agg('<a href="${benchOrigin}/tags/' || tags.name || '" class="mention hashtag" rel="tag">#<span>' || tags.display || '</span></a>', ' ' order by k) as html
  from bench.post_tags t, unnest(t.ks) as k join tags on tags.id = k group by t.n;
  analyze bench.counts;
  analyze bench.tag_texts;
  insert into posts (id, account_id, uri, url, local, visibility, source, html, summary, sensitive, language, in_reply_to_id, in_reply_to_account_id,
    in_reply_to_uri, conversation_id, boost_of_id, app_id, likes_count, boosts_count, replies_count, created_at)
  select p.id, p.account_id, bench.post_uri(p.id, author.username, author.domain), account.url || '/' || p.id, author.domain is null, p.visibility,
    case when p.kind <> 'boost' and author.domain is null then ${handle} || said.text || coalesce(tagged.plain, '') end,
    case when p.kind = 'boost' then '' else '<p>' || ${mention} || substr(said.html, 4, length(said.html) - 7) || coalesce(tagged.html, '') || '</p>' end,
    case when p.kind <> 'boost' and bench.share(p.n, 8) < 0.04 then 'Long thoughts about ' || author.display_name else '' end,
    p.kind <> 'boost' and bench.share(p.n, 8) < 0.04,
    case when p.kind = 'boost' or bench.share(p.n, 9) < 0.2 then null when bench.share(p.n, 9) < 0.9 then 'en' else 'de' end,
    case when p.kind = 'reply' then bench.post_id(p.target) end, case when p.kind = 'reply' then bench.account_id(p.target_author) end,
    case when p.kind = 'reply' then bench.post_uri(bench.post_id(p.target), target_author.username, target_author.domain) end,
    case when p.kind = 'reply' then bench.post_id(p.root) else p.id end, case when p.kind = 'boost' then bench.post_id(p.target) end,
    case when p.kind <> 'boost' and author.domain is null and bench.share(p.n, 12) < 0.7 then current_setting('bench.app_id')::bigint end,
    coalesce(counts.likes, 0), coalesce(counts.boosts, 0), coalesce(counts.replies, 0), bench.moment(p.id)
  from bench.posts p
  join bench.people author on author.n = p.author
  join accounts account on account.id = author.id
  join bench.passages said on said.k = bench.pick(p.n, 10, (select count(*)::int from bench.passages), 1)
  left join bench.people target_author on target_author.n = p.target_author
  left join bench.people whom on whom.n = p.mentioned
  left join accounts whom_account on whom_account.id = whom.id
  left join bench.tag_texts tagged on tagged.n = p.n
  left join bench.counts counts on counts.id = p.id
  order by p.n`;

const countersText = `
  update accounts set posts_count = coalesce(written.count, 0), last_post_at = written.latest, followers_count = coalesce(followers.count, 0),
    following_count = coalesce(following.count, 0)
  from bench.people p
  left join (select author, count(*)::int as count, max(bench.moment(id)) as latest from bench.posts where visibility <> 'direct' group by author) written on written.author = p.n
  left join (select followee, count(*)::int as count from bench.follows group by followee) followers on followers.followee = p.n
  left join (select follower, count(*)::int as count from bench.follows group by follower) following on following.follower = p.n
  where accounts.id = p.id;
  insert into notifications (account_id, from_account_id, kind, post_id, created_at)
  select account_id, from_account_id, kind, post_id, moment from (
    select p.account_id, l.account_id as from_account_id, 'like' as kind, l.post_id, bench.moment(l.post_id + (l.k << 24)) as moment
    from bench.likes l join bench.posts p on p.id = l.post_id join bench.people author on author.n = p.author
    where author.domain is null and l.account_id <> p.account_id
    union all
    select bench.account_id(p.mentioned), p.account_id, 'mention', p.id, bench.moment(p.id)
    from bench.posts p join bench.people whom on whom.n = p.mentioned where whom.domain is null
  ) told order by moment, post_id, from_account_id`;
