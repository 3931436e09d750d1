// Filters: words and single posts that people do not want to meet.
import { Migration } from '@mikro-orm/migrations';

export class Filters extends Migration {
  override name = '20261121075302-filters';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "filters" ("id" bigserial primary key, "account_id" bigint not null, "title" text not null, "contexts" jsonb not null, "action" text not null, "expires_at" timestamptz(3) null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`create index "filters_account_id_index" on "filters" ("account_id");`);

    this.addSql(
      `create table "filter_keywords" ("id" bigserial primary key, "filter_id" bigint not null, "keyword" text not null, "whole_word" boolean not null default true);`,
    );
    this.addSql(`create index "filter_keywords_filter_id_index" on "filter_keywords" ("filter_id");`);

    this.addSql(
      `create table "filter_posts" ("id" bigserial primary key, "filter_id" bigint not null, "post_id" bigint not null);`,
    );
    this.addSql(`create index "filter_posts_post_id_index" on "filter_posts" ("post_id");`);
    this.addSql(`alter table "filter_posts" add constraint "filter_posts_pair" unique ("filter_id", "post_id");`);

    this.addSql(
      `alter table "filters" add constraint "filters_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "filter_keywords" add constraint "filter_keywords_filter_id_foreign" foreign key ("filter_id") references "filters" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "filter_posts" add constraint "filter_posts_filter_id_foreign" foreign key ("filter_id") references "filters" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "filter_keywords" drop constraint "filter_keywords_filter_id_foreign";`);
    this.addSql(`alter table "filter_posts" drop constraint "filter_posts_filter_id_foreign";`);

    this.addSql(`drop table if exists "filters" cascade;`);
    this.addSql(`drop table if exists "filter_keywords" cascade;`);
    this.addSql(`drop table if exists "filter_posts" cascade;`);
  }
}
