// Posts are found by their words: an index of them, without stemming, for posts of all languages.
import { Migration } from '@mikro-orm/migrations';

export class PostSearch extends Migration {
  override name = '20261121083750-post-search';

  override up(): void | Promise<void> {
    this.addSql(
      `create index posts_text on posts using gin (to_tsvector('simple'::regconfig, left(summary || ' ' || html, 50000))) where boost_of_id is null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "posts_text";`);
  }
}
