// Posts know whether they show pictures, films or sounds, so that lists of these alone walk an index; former versions keep what they showed.
import { Migration } from '@mikro-orm/migrations';

export class PostsWithMedia extends Migration {
  override name = '20261121111713-posts-with-media';

  override up(): void | Promise<void> {
    this.addSql(`alter table "posts" add "has_media" boolean not null default false;`);
    this.addSql(`create index posts_author_media on posts (account_id, id desc) where has_media;`);
    this.addSql(`create index posts_public_media on posts (id desc) where visibility = 'public' and has_media;`);
    this.addSql(
      `create index posts_local_media on posts (id desc) where visibility = 'public' and has_media and local;`,
    );

    this.addSql(`alter table "post_versions" add "media" jsonb null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "post_versions" drop column "media";`);

    this.addSql(`drop index "posts_author_media";`);
    this.addSql(`drop index "posts_public_media";`);
    this.addSql(`drop index "posts_local_media";`);
    this.addSql(`alter table "posts" drop column "has_media";`);
  }
}
