// Blocked servers, endorsements, private notes, what a profile shows, and logins that are leaving.
import { Migration } from '@mikro-orm/migrations';

export class People extends Migration {
  override name = '20261121080943-people';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "account_notes" ("account_id" bigint not null, "about_id" bigint not null, "text" text not null, "updated_at" timestamptz(3) not null, primary key ("account_id", "about_id"));`,
    );
    this.addSql(`create index "account_notes_about_id_index" on "account_notes" ("about_id");`);

    this.addSql(
      `create table "domain_blocks" ("id" bigint not null, "account_id" bigint not null, "domain" text not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "domain_blocks_page" on "domain_blocks" ("account_id", "id");`);
    this.addSql(`alter table "domain_blocks" add constraint "domain_blocks_once" unique ("account_id", "domain");`);

    this.addSql(
      `create table "endorsements" ("id" bigint not null, "account_id" bigint not null, "endorsed_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "endorsements_endorsed_id_index" on "endorsements" ("endorsed_id");`);
    this.addSql(`create index "endorsements_page" on "endorsements" ("account_id", "id");`);
    this.addSql(`alter table "endorsements" add constraint "endorsements_pair" unique ("account_id", "endorsed_id");`);

    this.addSql(
      `alter table "accounts" add "show_media" boolean not null default true, add "show_media_replies" boolean not null default true, add "show_featured" boolean not null default true, add "attribution_domains" jsonb not null default '[]';`,
    );
    this.addSql(`create index accounts_directory_new on accounts (id desc) where discoverable;`);
    this.addSql(`create index "accounts_domain" on "accounts" ("domain", "id");`);

    this.addSql(`alter table "users" add "leaving_at" timestamptz(3) null;`);
    this.addSql(`create index "users_leaving_at_index" on "users" ("leaving_at");`);

    this.addSql(
      `alter table "account_notes" add constraint "account_notes_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "account_notes" add constraint "account_notes_about_id_foreign" foreign key ("about_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "domain_blocks" add constraint "domain_blocks_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "endorsements" add constraint "endorsements_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "endorsements" add constraint "endorsements_endorsed_id_foreign" foreign key ("endorsed_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "account_notes" cascade;`);
    this.addSql(`drop table if exists "domain_blocks" cascade;`);
    this.addSql(`drop table if exists "endorsements" cascade;`);

    this.addSql(`drop index "accounts_directory_new";`);
    this.addSql(`drop index "accounts_domain";`);
    this.addSql(
      `alter table "accounts" drop column "show_media", drop column "show_media_replies", drop column "show_featured", drop column "attribution_domains";`,
    );

    this.addSql(`drop index "users_leaving_at_index";`);
    this.addSql(`alter table "users" drop column "leaving_at";`);
  }
}
