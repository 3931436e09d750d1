// What is written can wait for its time or be finished later; direct posts are found as conversations.
import { Migration } from '@mikro-orm/migrations';

export class ComposingTalks extends Migration {
  override name = '20261121083300-composing-talks';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "drafts" ("id" bigint not null, "account_id" bigint not null, "content" jsonb not null, "problem" text null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "drafts_page" on "drafts" ("account_id", "id");`);

    this.addSql(
      `create table "scheduled_posts" ("id" bigint not null, "account_id" bigint not null, "scheduled_at" timestamptz(3) not null, "post" jsonb not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "scheduled_posts_page" on "scheduled_posts" ("account_id", "id");`);

    this.addSql(
      `create table "talks" ("id" bigserial primary key, "account_id" bigint not null, "conversation_id" bigint not null, "others" text not null, "last_post_id" bigint not null, "unread" boolean not null);`,
    );
    this.addSql(`create index "talks_last_post_id_index" on "talks" ("last_post_id");`);
    this.addSql(`create index "talks_page" on "talks" ("account_id", "last_post_id");`);
    this.addSql(
      `alter table "talks" add constraint "talks_circle" unique ("account_id", "conversation_id", "others");`,
    );

    this.addSql(
      `alter table "drafts" add constraint "drafts_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "scheduled_posts" add constraint "scheduled_posts_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "talks" add constraint "talks_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "drafts" cascade;`);
    this.addSql(`drop table if exists "scheduled_posts" cascade;`);
    this.addSql(`drop table if exists "talks" cascade;`);
  }
}
