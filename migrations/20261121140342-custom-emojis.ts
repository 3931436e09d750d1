// Custom emoji of this server. Posts and profiles that show one are found by it, so that a deleted one leaves them.
import { Migration } from '@mikro-orm/migrations';

export class CustomEmojis extends Migration {
  override name = '20261121140342-custom-emojis';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "custom_emojis" ("id" bigint not null, "shortcode" text not null, "category" text null, "file" text not null, "still" text not null, "in_picker" boolean not null default true, "disabled" boolean not null default false, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create unique index custom_emojis_shortcode on custom_emojis (lower(shortcode));`);

    this.addSql(
      `create index accounts_emojis on accounts using gin (emojis jsonb_path_ops) where domain is null and emojis <> '[]';`,
    );

    this.addSql(`create index posts_emojis on posts using gin (emojis jsonb_path_ops) where local and emojis <> '[]';`);

    this.addSql(`alter table "post_versions" add "emojis" jsonb not null default '[]';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "custom_emojis" cascade;`);

    this.addSql(`drop index "accounts_emojis";`);

    this.addSql(`alter table "post_versions" drop column "emojis";`);

    this.addSql(`drop index "posts_emojis";`);
  }
}
