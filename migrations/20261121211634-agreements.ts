// Where authors agree to a like, and finding what stands on an agreement when its giver takes it back.
import { Migration } from '@mikro-orm/migrations';

export class Agreements extends Migration {
  override name = '20261121211634-agreements';

  override up(): void | Promise<void> {
    this.addSql(`create index posts_approved on posts (approved_by) where approved_by is not null;`);

    this.addSql(`alter table "likes" add "approved_by" text null;`);
    this.addSql(`create index likes_approved on likes (approved_by) where approved_by is not null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "likes_approved";`);
    this.addSql(`alter table "likes" drop column "approved_by";`);

    this.addSql(`drop index "posts_approved";`);
  }
}
