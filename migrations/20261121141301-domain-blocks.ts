// What the staff decides about other servers, what it does to their accounts, and the follows that it takes along.
import { Migration } from '@mikro-orm/migrations';

export class DomainBlocks extends Migration {
  override name = '20261121141301-domain-blocks';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "block_lists" ("id" bigint not null, "url" text not null, "created_at" timestamptz(3) not null, "due_at" timestamptz(3) null, "fetched_at" timestamptz(3) null, "names" int not null default 0, "failure" text null, primary key ("id"));`,
    );
    this.addSql(`alter table "block_lists" add constraint "block_lists_url_unique" unique ("url");`);

    this.addSql(
      `create table "domain_changes" ("id" bigint not null, "source" text not null, "actor_id" bigint null, "list_id" bigint null, "undoes_id" bigint null, "steps" jsonb not null default '[]', "created_at" timestamptz(3) not null, "undone_at" timestamptz(3) null, primary key ("id"));`,
    );

    this.addSql(
      `create table "server_allows" ("id" bigint not null, "domain" text not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "server_allows" add constraint "server_allows_domain_unique" unique ("domain");`);

    this.addSql(
      `create table "server_blocks" ("id" bigint not null, "domain" text not null, "severity" text not null, "reject_media" boolean not null default false, "reject_reports" boolean not null default false, "private_comment" text not null default '', "public_comment" text not null default '', "obfuscate" boolean not null default false, "list_id" bigint null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "server_blocks" add constraint "server_blocks_domain_unique" unique ("domain");`);
    this.addSql(`create index "server_blocks_list_id_index" on "server_blocks" ("list_id");`);

    this.addSql(
      `create table "severances" ("id" bigint not null, "account_id" bigint not null, "domain" text not null, "change_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "severances_page" on "severances" ("account_id", "id");`);
    this.addSql(
      `alter table "severances" add constraint "severances_once" unique ("account_id", "change_id", "domain");`,
    );

    this.addSql(
      `create table "severed_follows" ("id" bigserial primary key, "severance_id" bigint not null, "other_id" bigint not null, "direction" text not null, "show_boosts" boolean not null, "notify" boolean not null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`create index "severed_follows_other_id_index" on "severed_follows" ("other_id");`);
    this.addSql(
      `alter table "severed_follows" add constraint "severed_follows_once" unique ("severance_id", "direction", "other_id");`,
    );

    this.addSql(
      `alter table "accounts" add "suspended_by_domain" boolean not null default false, add "limited_at" timestamptz(3) null, add "limited_by_domain" boolean not null default false;`,
    );

    this.addSql(`alter table "notifications" add "severance_id" bigint null;`);
    this.addSql(
      `alter table "notifications" add constraint "notifications_severance_id_foreign" foreign key ("severance_id") references "severances" ("id") on delete cascade;`,
    );
    this.addSql(`drop index "notifications_once";`);
    this.addSql(
      `create unique index notifications_once on notifications (account_id, kind, from_account_id, coalesce(post_id, severance_id, 0))`,
    );
    this.addSql(`create index "notifications_severance_id_index" on "notifications" ("severance_id");`);

    this.addSql(
      `alter table "severances" add constraint "severances_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "severed_follows" add constraint "severed_follows_severance_id_foreign" foreign key ("severance_id") references "severances" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "severed_follows" add constraint "severed_follows_other_id_foreign" foreign key ("other_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "notifications" drop constraint "notifications_severance_id_foreign";`);
    this.addSql(`alter table "severed_follows" drop constraint "severed_follows_severance_id_foreign";`);

    this.addSql(`drop table if exists "block_lists" cascade;`);
    this.addSql(`drop table if exists "domain_changes" cascade;`);
    this.addSql(`drop table if exists "server_allows" cascade;`);
    this.addSql(`drop table if exists "server_blocks" cascade;`);
    this.addSql(`drop table if exists "severances" cascade;`);
    this.addSql(`drop table if exists "severed_follows" cascade;`);

    this.addSql(
      `alter table "accounts" drop column "suspended_by_domain", drop column "limited_at", drop column "limited_by_domain";`,
    );

    this.addSql(`drop index "notifications_once";`);
    this.addSql(`delete from notifications where severance_id is not null;`);
    this.addSql(
      `create unique index notifications_once on notifications (account_id, kind, from_account_id, coalesce(post_id, 0))`,
    );
    this.addSql(`drop index "notifications_severance_id_index";`);
    this.addSql(`alter table "notifications" drop column "severance_id";`);
  }
}
