// Files of other servers that people here have asked for: which are kept, which failed, and what all of them take on disk.
import { Migration } from '@mikro-orm/migrations';

export class RemoteFiles extends Migration {
  override name = '20261121110315-remote-files';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "remote_files" ("digest" text not null, "family" text not null, "url" text not null, "host" text not null, "state" text not null, "files" jsonb not null default '[]', "bytes" bigint not null default '0', "failure" text null, "failures" smallint not null default 0, "retry_at" timestamptz(3) null, "claim" text null, "claimed_until" timestamptz(3) null, "fetched_at" timestamptz(3) null, "last_used_at" timestamptz(3) not null, primary key ("digest"));`,
    );
    this.addSql(`create index remote_files_unused on remote_files (last_used_at) where state = 'ready';`);
    this.addSql(
      `create index remote_files_unfinished on remote_files (claimed_until) where state in ('fetching', 'leaving');`,
    );
    this.addSql(`create index remote_files_failed on remote_files (retry_at) where state = 'failed';`);
    this.addSql(`create index "remote_files_host" on "remote_files" ("host");`);
    this.addSql(`create index remote_files_url on remote_files using hash (url);`);

    this.addSql(`create table "remote_usage" ("one" boolean not null, "bytes" bigint not null, primary key ("one"));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "remote_files" cascade;`);
    this.addSql(`drop table if exists "remote_usage" cascade;`);
  }
}
