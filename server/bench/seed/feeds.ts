// Home timelines: what the newest posts would have left there, by the rules of timelines/service/feeds.ts.
import type { Step } from './functions.ts';
import type { SeedSize } from './size.ts';

const longestFeed = 800;

/** Fills feed_entries in the order of time, as fan-out does, from drafts of posts and who follows whom. */
export function feedSteps(size: SeedSize): Step[] {
  return [
    {
      title: 'feed entries',
      text: `
    insert into feed_entries (owner_id, post_id, author_id, boost_of_id, other_id)
    select bench.account_id(owner), id, account_id, boost_of_id, bench.account_id(other) from (
      select *, row_number() over (partition by owner order by n desc) as place from (
        select f.follower as owner, p.n, p.id, p.account_id, p.target_author as other,
          case when p.kind = 'boost' then bench.post_id(p.target) end as boost_of_id
        from bench.posts p join bench.follows f on f.followee = p.author
        where p.n > ${size.posts - size.feedPosts} and (p.visibility <> 'direct' or p.mentioned = f.follower)
          and (p.kind <> 'reply' or p.target_author in (p.author, f.follower)
            or (f.follower, p.target_author) in (select follower, followee from bench.follows))
        union all
        select p.author, p.n, p.id, p.account_id, p.target_author, case when p.kind = 'boost' then bench.post_id(p.target) end
        from bench.posts p join bench.people author on author.n = p.author
        where p.n > ${size.posts - size.feedPosts} and author.domain is null
      ) seen
    ) newest where place <= ${longestFeed} order by n, owner`,
    },
  ];
}
