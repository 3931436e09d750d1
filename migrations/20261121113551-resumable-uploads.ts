// Uploads that come piece by piece (tus): whose they are, and what they became.
import { Migration } from '@mikro-orm/migrations';

export class ResumableUploads extends Migration {
  override name = '20261121113551-resumable-uploads';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "resumable_uploads" ("token" text not null, "account_id" bigint not null, "bytes" bigint not null, "description" text not null default '', "focus" text not null default '', "media_id" bigint null, "created_at" timestamptz(3) not null, primary key ("token"));`,
    );
    this.addSql(`create index "resumable_uploads_account" on "resumable_uploads" ("account_id", "created_at");`);
    this.addSql(`create index "resumable_uploads_created" on "resumable_uploads" ("created_at");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "resumable_uploads" cascade;`);
  }
}
