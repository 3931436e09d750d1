// Posts quote others and say who may quote and answer them; those of other servers say nothing of it yet.
import { Migration } from '@mikro-orm/migrations';

export class Quotes extends Migration {
  override name = '20261121084633-quotes';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "quotes" ("post_id" bigint not null, "quoted_id" bigint null, "state" text not null, primary key ("post_id"));`,
    );
    this.addSql(`create index "quotes_quoted" on "quotes" ("quoted_id", "post_id");`);

    this.addSql(
      `alter table "posts" add "quote_policy" text not null default 'public', add "reply_policy" text not null default 'everyone', add "quotes_count" int not null default 0;`,
    );
    this.addSql(`update "posts" set "quote_policy" = 'nobody' where not "local";`);

    this.addSql(
      `alter table "quotes" add constraint "quotes_post_id_foreign" foreign key ("post_id") references "posts" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "quotes" add constraint "quotes_quoted_id_foreign" foreign key ("quoted_id") references "posts" ("id") on delete set null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "quotes" cascade;`);

    this.addSql(
      `alter table "posts" drop column "quote_policy", drop column "reply_policy", drop column "quotes_count";`,
    );
  }
}
