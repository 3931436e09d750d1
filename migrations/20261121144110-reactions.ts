// Reactions: who reacted to a post with which emoji, and how often in the row of the post.
import { Migration } from '@mikro-orm/migrations';

export class Reactions extends Migration {
  override name = '20261121144110-reactions';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "reactions" ("id" bigint not null, "post_id" bigint not null, "account_id" bigint not null, "name" text not null, "emoji" jsonb null, "uri" text null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "reactions_post" on "reactions" ("post_id", "name", "id");`);
    this.addSql(`create index reactions_emoji on reactions ((emoji->'own'->>'id')) where emoji->'own' is not null;`);
    this.addSql(`alter table "reactions" add constraint "reactions_once" unique ("account_id", "post_id", "name");`);

    this.addSql(`alter table "posts" add "reactions" jsonb not null default '[]';`);

    this.addSql(
      `alter table "reactions" add constraint "reactions_post_id_foreign" foreign key ("post_id") references "posts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "reactions" add constraint "reactions_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "reactions" cascade;`);

    this.addSql(`alter table "posts" drop column "reactions";`);
  }
}
