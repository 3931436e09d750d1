// Notes with each follow whether its follower lives elsewhere: each post looked at all followers to find those to be written to,
// and those with a home timeline here. The fan-out now finds all it asks in one index.
import { Migration } from '@mikro-orm/migrations';

export class RemoteFollowers extends Migration {
  override name = '20261121235735-remote-followers';

  override up(): void | Promise<void> {
    this.addSql(`alter table "follows" add "follower_is_remote" boolean not null default false;`);
    this.addSql(
      `update follows f set follower_is_remote = true from accounts a where a.id = f.follower_id and a.domain is not null;`,
    );
    // Whoever writes a row says it.
    this.addSql(`alter table "follows" alter column "follower_is_remote" drop default;`);
    this.addSql(
      `create index follows_remote_followers on follows (followee_id, follower_id) where follower_is_remote and state = 'accepted';`,
    );
    // Anything could be asked for as a language, and of any length; no post is in what is none.
    this.addSql(
      `update follows set languages = null where languages is not null and (jsonb_array_length(languages) > 50
        or exists (select from jsonb_array_elements_text(languages) l where l !~* '^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$'));`,
    );
    this.addSql(`drop index follows_followee;`);
    this.addSql(
      `create index follows_followee on follows (followee_id, state, id) include (follower_id, follower_is_remote, show_boosts, notify, languages);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index follows_followee;`);
    this.addSql(
      `create index follows_followee on follows (followee_id, state, id) include (follower_id, show_boosts, notify);`,
    );
    this.addSql(`drop index "follows_remote_followers";`);
    this.addSql(`alter table "follows" drop column "follower_is_remote";`);
  }
}
