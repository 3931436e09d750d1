// Posts stand at the top of profiles, and conversations can be told to be quiet.
import { Migration } from '@mikro-orm/migrations';

export class PinsMutedConversations extends Migration {
  override name = '20261121073927-pins-muted-conversations';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "muted_conversations" ("account_id" bigint not null, "conversation_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("account_id", "conversation_id"));`,
    );
    this.addSql(`create index "muted_conversations_conversation" on "muted_conversations" ("conversation_id");`);

    this.addSql(
      `create table "pins" ("id" bigint not null, "account_id" bigint not null, "post_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "pins_post_id_index" on "pins" ("post_id");`);
    this.addSql(`alter table "pins" add constraint "pins_pair" unique ("account_id", "post_id");`);

    this.addSql(
      `alter table "muted_conversations" add constraint "muted_conversations_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "pins" add constraint "pins_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "pins" add constraint "pins_post_id_foreign" foreign key ("post_id") references "posts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "muted_conversations" cascade;`);
    this.addSql(`drop table if exists "pins" cascade;`);
  }
}
