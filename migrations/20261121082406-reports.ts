// What people report.
import { Migration } from '@mikro-orm/migrations';

export class Reports extends Migration {
  override name = '20261121082406-reports';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "reports" ("id" bigint not null, "reporter_id" bigint not null, "target_id" bigint not null, "category" text not null, "comment" text not null, "post_ids" jsonb not null, "rules" jsonb not null, "forwarded" boolean not null, "created_at" timestamptz(3) not null, "closed_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "reports_reporter_id_index" on "reports" ("reporter_id");`);
    this.addSql(`create index "reports_target_id_index" on "reports" ("target_id");`);

    this.addSql(
      `alter table "reports" add constraint "reports_reporter_id_foreign" foreign key ("reporter_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "reports" add constraint "reports_target_id_foreign" foreign key ("target_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "reports" cascade;`);
  }
}
