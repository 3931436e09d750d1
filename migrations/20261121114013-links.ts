// What posts link to: one row for each address, visited once, shared by all posts that hold it.
import { Migration } from '@mikro-orm/migrations';

export class Links extends Migration {
  override name = '20261121114013-links';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "link_previews" ("id" bigserial primary key, "url_hash" text not null, "url" text not null, "state" text not null default 'waiting', "final_url" text null, "host" text null, "kind" text not null default 'link', "title" text not null default '', "description" text not null default '', "provider_name" text not null default '', "provider_url" text not null default '', "author_name" text not null default '', "author_url" text not null default '', "author_id" bigint null, "image_url" text null, "image_width" int not null default 0, "image_height" int not null default 0, "image_description" text not null default '', "player_url" text null, "player_width" int not null default 0, "player_height" int not null default 0, "language" text null, "published_at" timestamptz(3) null, "wanted_at" timestamptz(3) null, "claimed_by" text null, "claimed_until" timestamptz(3) null, "attempts" smallint not null default 0, "failure" text null, "fetched_at" timestamptz(3) null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`alter table "link_previews" add constraint "link_previews_url_hash_unique" unique ("url_hash");`);
    this.addSql(`create index "link_previews_author_id_index" on "link_previews" ("author_id");`);
    this.addSql(`create index "link_previews_created_at_index" on "link_previews" ("created_at");`);

    this.addSql(`alter table "posts" add "link_preview_id" bigint null;`);
    this.addSql(
      `alter table "posts" add constraint "posts_link_preview_id_foreign" foreign key ("link_preview_id") references "link_previews" ("id") on delete set null;`,
    );
    this.addSql(`create index posts_links on posts (link_preview_id, id desc) where link_preview_id is not null;`);

    this.addSql(
      `alter table "link_previews" add constraint "link_previews_author_id_foreign" foreign key ("author_id") references "accounts" ("id") on delete set null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "posts" drop constraint "posts_link_preview_id_foreign";`);

    this.addSql(`drop table if exists "link_previews" cascade;`);

    this.addSql(`drop index "posts_links";`);
    this.addSql(`alter table "posts" drop column "link_preview_id";`);
  }
}
