// E-mail providers whose addresses may not sign up, and how many were refused on a day.
import { Migration } from '@mikro-orm/migrations';

export class BlockedEmailProviders extends Migration {
  override name = '20261121175625-blocked-email-providers';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "email_domain_blocks" ("id" bigint not null, "domain" text not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "email_domain_blocks" add constraint "email_domain_blocks_domain_unique" unique ("domain");`,
    );

    this.addSql(
      `create table "email_domain_refusals" ("block_id" bigint not null, "day" int not null, "refused" int not null, primary key ("block_id", "day"));`,
    );

    this.addSql(
      `alter table "email_domain_refusals" add constraint "email_domain_refusals_block_id_foreign" foreign key ("block_id") references "email_domain_blocks" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "email_domain_refusals" drop constraint "email_domain_refusals_block_id_foreign";`);

    this.addSql(`drop table if exists "email_domain_blocks" cascade;`);
    this.addSql(`drop table if exists "email_domain_refusals" cascade;`);
  }
}
