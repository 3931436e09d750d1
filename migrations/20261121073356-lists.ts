// Lists: what their owners put into them. Nothing is stored for each post.
import { Migration } from '@mikro-orm/migrations';

export class Lists extends Migration {
  override name = '20261121073356-lists';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "lists" ("id" bigserial primary key, "account_id" bigint not null, "title" text not null, "replies_policy" text not null default 'list', "exclusive" boolean not null default false, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`create index "lists_account_id_index" on "lists" ("account_id");`);

    this.addSql(
      `create table "list_accounts" ("id" bigserial primary key, "list_id" bigint not null, "account_id" bigint not null);`,
    );
    this.addSql(`create index "list_accounts_order" on "list_accounts" ("list_id", "id");`);
    this.addSql(`create index "list_accounts_account" on "list_accounts" ("account_id", "list_id");`);
    this.addSql(`alter table "list_accounts" add constraint "list_accounts_pair" unique ("list_id", "account_id");`);

    this.addSql(
      `create table "list_tags" ("list_id" bigint not null, "tag_id" bigint not null, primary key ("list_id", "tag_id"));`,
    );
    this.addSql(`create index "list_tags_tag_id_index" on "list_tags" ("tag_id");`);

    this.addSql(
      `alter table "lists" add constraint "lists_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "list_accounts" add constraint "list_accounts_list_id_foreign" foreign key ("list_id") references "lists" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "list_accounts" add constraint "list_accounts_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "list_tags" add constraint "list_tags_list_id_foreign" foreign key ("list_id") references "lists" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "list_tags" add constraint "list_tags_tag_id_foreign" foreign key ("tag_id") references "tags" ("id") on update cascade on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "list_accounts" drop constraint "list_accounts_list_id_foreign";`);
    this.addSql(`alter table "list_tags" drop constraint "list_tags_list_id_foreign";`);

    this.addSql(`drop table if exists "lists" cascade;`);
    this.addSql(`drop table if exists "list_accounts" cascade;`);
    this.addSql(`drop table if exists "list_tags" cascade;`);
  }
}
