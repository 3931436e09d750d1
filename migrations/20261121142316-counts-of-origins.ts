// How often posts of other servers are liked, boosted and answered, and how often their people post and are followed, as their origin counts.
import { Migration } from '@mikro-orm/migrations';

export class CountsOfOrigins extends Migration {
  override name = '20261121142316-counts-of-origins';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "accounts" add "origin_posts" int null, add "origin_followers" int null, add "origin_following" int null, add "counts_asked_at" timestamptz(3) null;`,
    );

    this.addSql(
      `alter table "posts" add "origin_likes" int null, add "origin_boosts" int null, add "origin_replies" int null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(
      `alter table "accounts" drop column "origin_posts", drop column "origin_followers", drop column "origin_following", drop column "counts_asked_at";`,
    );

    this.addSql(
      `alter table "posts" drop column "origin_likes", drop column "origin_boosts", drop column "origin_replies";`,
    );
  }
}
