// Posts are found by the words that describe what they show: they keep these words, and the index of words holds them.
import { Migration } from '@mikro-orm/migrations';

export class SearchDescriptions extends Migration {
  override name = '20261121115942-search-descriptions';

  override up(): void | Promise<void> {
    this.addSql(`alter table "posts" add "media_text" text not null default '';`);
    this.addSql(`drop index "posts_text";`);
    this.addSql(
      `create index posts_text on posts using gin (to_tsvector('simple'::regconfig, left(summary || ' ' || html || ' ' || media_text, 50000))) where boost_of_id is null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "posts_text";`);
    this.addSql(`alter table "posts" drop column "media_text";`);
    this.addSql(
      `create index posts_text on posts using gin (to_tsvector('simple'::regconfig, left(summary || ' ' || html, 50000))) where boost_of_id is null;`,
    );
  }
}
