// Closed apps are told by web push, people who were away by letter, and files that they bring along are worked through by line.
import { Migration } from '@mikro-orm/migrations';

export class PushImportsDigests extends Migration {
  override name = '20261121085532-push-imports-digests';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "digests" ("account_id" bigint not null, "frequency" text not null default 'weekly', "sent_at" timestamptz(3) null, primary key ("account_id"));`,
    );

    this.addSql(
      `create table "imports" ("id" bigserial primary key, "account_id" bigint not null, "kind" text not null, "mode" text not null, "created_at" timestamptz(3) not null, "finished_at" timestamptz(3) null);`,
    );
    this.addSql(`create index "imports_account_id_index" on "imports" ("account_id");`);

    this.addSql(
      `create table "import_rows" ("import_id" bigint not null, "place" int not null, "row" jsonb not null, "state" text not null default 'waiting', "reason" text null, primary key ("import_id", "place"));`,
    );

    this.addSql(
      `create table "push_subscriptions" ("id" bigserial primary key, "token_id" bigint not null, "account_id" bigint not null, "endpoint" text not null, "device_key" text not null, "device_secret" text not null, "standard" boolean not null, "alerts" jsonb not null, "reach" text not null, "sealed_token" text not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null);`,
    );
    this.addSql(
      `alter table "push_subscriptions" add constraint "push_subscriptions_token_id_unique" unique ("token_id");`,
    );
    this.addSql(`create index "push_subscriptions_account_id_index" on "push_subscriptions" ("account_id");`);

    this.addSql(
      `alter table "digests" add constraint "digests_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "imports" add constraint "imports_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "import_rows" add constraint "import_rows_import_id_foreign" foreign key ("import_id") references "imports" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "push_subscriptions" add constraint "push_subscriptions_token_id_foreign" foreign key ("token_id") references "access_tokens" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "push_subscriptions" add constraint "push_subscriptions_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "import_rows" drop constraint "import_rows_import_id_foreign";`);

    this.addSql(`drop table if exists "digests" cascade;`);
    this.addSql(`drop table if exists "imports" cascade;`);
    this.addSql(`drop table if exists "import_rows" cascade;`);
    this.addSql(`drop table if exists "push_subscriptions" cascade;`);
  }
}
