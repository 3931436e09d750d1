// Archives: a whole account as one file, asked for by its owner. Bound to no other table: their files must be deleted with them.
import { Migration } from '@mikro-orm/migrations';

export class Archives extends Migration {
  override name = '20261121091439-archives';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "archives" ("id" bigserial primary key, "account_id" bigint not null, "state" text not null default 'waiting', "key" text not null, "tries" int not null default 0, "bytes" bigint null, "created_at" timestamptz(3) not null, "finished_at" timestamptz(3) null);`,
    );
    this.addSql(`create index "archives_account_id_index" on "archives" ("account_id");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "archives" cascade;`);
  }
}
