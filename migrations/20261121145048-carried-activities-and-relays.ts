// Activities that others bring wait for their proof beside those that their own actors sent, and keep nobody out. Relays bring many.
import { Migration } from '@mikro-orm/migrations';

export class CarriedActivitiesAndRelays extends Migration {
  override name = '20261121145048-carried-activities-and-relays';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "relays" ("id" bigint not null, "address" text not null, "kind" text not null, "inbox_url" text not null, "actor_uri" text null, "follow_uri" text not null, "state" text not null, "created_at" timestamptz(3) not null, "answered_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`alter table "relays" add constraint "relays_address_unique" unique ("address");`);
    this.addSql(`alter table "relays" add constraint "relays_follow_uri_unique" unique ("follow_uri");`);

    this.addSql(`alter table "inbox_activities" drop constraint "inbox_activities_once";`);
    this.addSql(
      `alter table "inbox_activities" add "carrier_uri" text null, add "proven" boolean not null default true;`,
    );
    this.addSql(
      `create unique index inbox_activities_proven_once on inbox_activities (actor_uri, activity_uri) where proven;`,
    );
    this.addSql(
      `create unique index inbox_activities_brought_once on inbox_activities (actor_uri, activity_uri, carrier_uri) where not proven;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "relays" cascade;`);

    this.addSql(`drop index "inbox_activities_proven_once";`);
    this.addSql(`drop index "inbox_activities_brought_once";`);
    this.addSql(`alter table "inbox_activities" drop column "carrier_uri", drop column "proven";`);
    this.addSql(
      `alter table "inbox_activities" add constraint "inbox_activities_once" unique ("actor_uri", "activity_uri");`,
    );
  }
}
