// What goes to all followers names the collection, so that each host can be told which of its people these are (FEP-8fcf).
import { Migration } from '@mikro-orm/migrations';

export class SynchronizeFollowers extends Migration {
  override name = '20261121135852-synchronize-followers';

  override up(): void | Promise<void> {
    this.addSql(`alter table "outgoing_activities" add "followers_url" text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "outgoing_activities" drop column "followers_url";`);
  }
}
