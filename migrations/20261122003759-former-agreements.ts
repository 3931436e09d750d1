// What older software agrees by (an Approval, or the Accept itself) is named otherwise in our posts than an authorization.
import { Migration } from '@mikro-orm/migrations';

export class FormerAgreements extends Migration {
  override name = '20261122003759-former-agreements';

  override up(): void | Promise<void> {
    this.addSql(`alter table "posts" add "approved_formerly" boolean not null default false;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "posts" drop column "approved_formerly";`);
  }
}
