// Quotes wait for the word of the quoted author, and posts of other servers say who may quote them.
import { Migration } from '@mikro-orm/migrations';

export class QuoteConsent extends Migration {
  override name = '20261121121619-quote-consent';

  override up(): void | Promise<void> {
    this.addSql(`alter table "posts" add "quote_asking" text not null default 'nobody';`);

    this.addSql(
      `alter table "quotes" add "quoted_uri" text null, add "authorization_uri" text null, add "unasked" boolean not null default false;`,
    );
    this.addSql(`create index quotes_authorization on quotes (authorization_uri) where authorization_uri is not null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "posts" drop column "quote_asking";`);

    this.addSql(`drop index "quotes_authorization";`);
    this.addSql(
      `alter table "quotes" drop column "quoted_uri", drop column "authorization_uri", drop column "unasked";`,
    );
  }
}
