// Searches for the rest of conversations, so that each is made once in a while and pages can ask how far it is.
import { Migration } from '@mikro-orm/migrations';

export class Backfills extends Migration {
  override name = '20261121113710-backfills';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "backfills" ("conversation_id" bigint not null, "asked_at" timestamptz(3) not null, "finished_at" timestamptz(3) null, "found" int not null default 0, primary key ("conversation_id"));`,
    );
    this.addSql(`create index "backfills_asked_at_index" on "backfills" ("asked_at");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "backfills" cascade;`);
  }
}
