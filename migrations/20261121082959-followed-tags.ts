// Hashtags that people follow (home entries say which one brought a post) or show on their profile; how often boosts may repeat a post.
import { Migration } from '@mikro-orm/migrations';

export class FollowedTags extends Migration {
  override name = '20261121082959-followed-tags';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "home_settings" ("account_id" bigint not null, "boost_hours" int not null, primary key ("account_id"));`,
    );

    this.addSql(
      `create table "featured_tags" ("id" bigserial primary key, "account_id" bigint not null, "tag_id" bigint not null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`create index "featured_tags_tag_id_index" on "featured_tags" ("tag_id");`);
    this.addSql(`alter table "featured_tags" add constraint "featured_tags_pair" unique ("account_id", "tag_id");`);

    this.addSql(
      `create table "tag_follows" ("id" bigserial primary key, "account_id" bigint not null, "tag_id" bigint not null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`create index "tag_follows_account" on "tag_follows" ("account_id", "id");`);
    this.addSql(`alter table "tag_follows" add constraint "tag_follows_pair" unique ("tag_id", "account_id");`);

    this.addSql(`drop index "feed_entries_boost";`);
    this.addSql(`alter table "feed_entries" add "tag_id" bigint null;`);
    this.addSql(
      `create index feed_entries_boosts on feed_entries (boost_of_id, owner_id) where boost_of_id is not null;`,
    );

    this.addSql(
      `alter table "home_settings" add constraint "home_settings_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "featured_tags" add constraint "featured_tags_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "featured_tags" add constraint "featured_tags_tag_id_foreign" foreign key ("tag_id") references "tags" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "tag_follows" add constraint "tag_follows_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "tag_follows" add constraint "tag_follows_tag_id_foreign" foreign key ("tag_id") references "tags" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "home_settings" cascade;`);
    this.addSql(`drop table if exists "featured_tags" cascade;`);
    this.addSql(`drop table if exists "tag_follows" cascade;`);

    this.addSql(`drop index "feed_entries_boosts";`);
    this.addSql(`alter table "feed_entries" drop column "tag_id";`);
    this.addSql(`create index "feed_entries_boost" on "feed_entries" ("boost_of_id") where boost_of_id IS NOT NULL;`);
  }
}
