// Posts ask questions, and people vote.
import { Migration } from '@mikro-orm/migrations';

export class Polls extends Migration {
  override name = '20261121075146-polls';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "polls" ("post_id" bigint not null, "options" jsonb not null, "counts" jsonb not null, "multiple" boolean not null, "hide_totals" boolean not null default false, "expires_at" timestamptz(3) null, "voters_count" int null, "counts_due_at" timestamptz(3) null, primary key ("post_id"));`,
    );

    this.addSql(
      `create table "poll_votes" ("account_id" bigint not null, "post_id" bigint not null, "choice" int not null, "created_at" timestamptz(3) not null, primary key ("account_id", "post_id", "choice"));`,
    );
    this.addSql(`create index "poll_votes_post_id_index" on "poll_votes" ("post_id");`);

    this.addSql(`alter table "post_versions" add "poll_options" jsonb null;`);

    this.addSql(
      `alter table "polls" add constraint "polls_post_id_foreign" foreign key ("post_id") references "posts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "poll_votes" add constraint "poll_votes_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "poll_votes" add constraint "poll_votes_post_id_foreign" foreign key ("post_id") references "polls" ("post_id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "poll_votes" drop constraint "poll_votes_post_id_foreign";`);

    this.addSql(`drop table if exists "polls" cascade;`);
    this.addSql(`drop table if exists "poll_votes" cascade;`);

    this.addSql(`alter table "post_versions" drop column "poll_options";`);
  }
}
