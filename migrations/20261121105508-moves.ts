// Accounts that were left for others, so that nobody sends their followers to and fro.
import { Migration } from '@mikro-orm/migrations';

export class Moves extends Migration {
  override name = '20261121105508-moves';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "moves" ("id" bigint not null, "account_id" bigint not null, "target_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "moves_target_id_index" on "moves" ("target_id");`);
    this.addSql(`create index "moves_account" on "moves" ("account_id", "created_at");`);

    this.addSql(
      `alter table "moves" add constraint "moves_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "moves" add constraint "moves_target_id_foreign" foreign key ("target_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "moves" cascade;`);
  }
}
