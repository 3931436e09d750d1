// What somebody wants of pictures and films follows them into every browser, so the login keeps it.
import { Migration } from '@mikro-orm/migrations';

export class MediaWishes extends Migration {
  override name = '20261121110616-media-wishes';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "users" add "media_describing" text not null default 'remind', add "media_showing" text not null default 'default', add "media_moves" boolean not null default true;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(
      `alter table "users" drop column "media_describing", drop column "media_showing", drop column "media_moves";`,
    );
  }
}
