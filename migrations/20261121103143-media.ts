// Pictures, films and sounds of posts: what people upload here, and what posts of other servers carry.
import { Migration } from '@mikro-orm/migrations';

export class Media extends Migration {
  override name = '20261121103143-media';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "media_attachments" ("id" bigint not null, "account_id" bigint not null, "post_id" bigint null, "position" smallint not null default 0, "kind" text not null, "state" text not null, "progress" smallint not null default 0, "failure" text null, "description" text not null default '', "focus_x" real not null default 0, "focus_y" real not null default 0, "blurhash" text null, "original" jsonb null, "small" jsonb null, "waveform" jsonb null, "files" jsonb not null default '[]', "bytes" bigint not null default '0', "remote_url" text null, "remote_preview_url" text null, "remote_type" text null, "expires_at" timestamptz(3) null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create index media_attachments_post on media_attachments (post_id, position) where post_id is not null;`,
    );
    this.addSql(`create index "media_attachments_account" on "media_attachments" ("account_id", "id");`);
    this.addSql(
      `create index media_attachments_expiry on media_attachments (expires_at) where post_id is null and expires_at is not null;`,
    );

    this.addSql(
      `alter table "media_attachments" add constraint "media_attachments_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "media_attachments" cascade;`);
  }
}
