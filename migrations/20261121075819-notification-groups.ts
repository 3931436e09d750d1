// Notifications in groups, and people whose news are held back until they are let in.
import { Migration } from '@mikro-orm/migrations';

export class NotificationGroups extends Migration {
  override name = '20261121075819-notification-groups';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "notification_permissions" ("account_id" bigint not null, "from_account_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("account_id", "from_account_id"));`,
    );
    this.addSql(
      `create index "notification_permissions_from_account_id_index" on "notification_permissions" ("from_account_id");`,
    );

    this.addSql(
      `create table "notification_policies" ("account_id" bigint not null, "for_not_following" text not null, "for_not_followers" text not null, "for_new_accounts" text not null, "for_private_mentions" text not null, "for_limited_accounts" text not null, "for_bots" text not null, primary key ("account_id"));`,
    );

    this.addSql(
      `create table "notification_requests" ("id" bigserial primary key, "account_id" bigint not null, "from_account_id" bigint not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null);`,
    );
    this.addSql(
      `create index "notification_requests_from_account_id_index" on "notification_requests" ("from_account_id");`,
    );
    this.addSql(`create index "notification_requests_page" on "notification_requests" ("account_id", "id");`);
    this.addSql(
      `alter table "notification_requests" add constraint "notification_requests_once" unique ("account_id", "from_account_id");`,
    );

    this.addSql(`drop index "notifications_from";`);
    this.addSql(
      `alter table "notifications" add "group_key" text null, add "group_size" int null default 1, add "filtered" boolean not null default false;`,
    );
    this.addSql(`create index "notifications_kind" on "notifications" ("account_id", "kind", "id");`);
    this.addSql(`create index notifications_heads on notifications (account_id, id) where group_size is not null;`);
    this.addSql(
      `create index notifications_group on notifications (account_id, group_key, id) include (from_account_id) where group_key is not null;`,
    );
    this.addSql(`create index "notifications_from" on "notifications" ("from_account_id", "account_id", "id");`);

    this.addSql(
      `alter table "notification_permissions" add constraint "notification_permissions_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "notification_permissions" add constraint "notification_permissions_from_account_id_foreign" foreign key ("from_account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "notification_policies" add constraint "notification_policies_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "notification_requests" add constraint "notification_requests_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "notification_requests" add constraint "notification_requests_from_account_id_foreign" foreign key ("from_account_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "notification_permissions" cascade;`);
    this.addSql(`drop table if exists "notification_policies" cascade;`);
    this.addSql(`drop table if exists "notification_requests" cascade;`);

    this.addSql(`drop index "notifications_kind";`);
    this.addSql(`drop index "notifications_heads";`);
    this.addSql(`drop index "notifications_group";`);
    this.addSql(`drop index "notifications_from";`);
    this.addSql(
      `alter table "notifications" drop column "group_key", drop column "group_size", drop column "filtered";`,
    );
    this.addSql(`create index "notifications_from" on "notifications" ("from_account_id");`);
  }
}
