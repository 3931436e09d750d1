// People say once who may quote their posts, instead of each time.
import { Migration } from '@mikro-orm/migrations';

export class QuoteDefault extends Migration {
  override name = '20261121115621-quote-default';

  override up(): void | Promise<void> {
    this.addSql(`alter table "users" add "default_quote_policy" text not null default 'public';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "users" drop column "default_quote_policy";`);
  }
}
