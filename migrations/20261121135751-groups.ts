// Posts know the group of another server (FEP-1b12) in which they were written: answers and votes are sent to it too.
import { Migration } from '@mikro-orm/migrations';

export class Groups extends Migration {
  override name = '20261121135751-groups';

  override up(): void | Promise<void> {
    this.addSql(`alter table "posts" add "group_id" bigint null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "posts" drop column "group_id";`);
  }
}
