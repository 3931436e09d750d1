// Second factors and passkeys: keys of authenticator apps, public keys, recovery codes, open questions; and when a session was last proven.
import { Migration } from '@mikro-orm/migrations';

export class SecondFactors extends Migration {
  override name = '20261121080108-second-factors';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "auth_challenges" ("secret_hash" text not null, "purpose" text not null, "account_id" bigint null, "expires_at" timestamptz(3) not null, primary key ("secret_hash"));`,
    );
    this.addSql(`create index "auth_challenges_account_id_index" on "auth_challenges" ("account_id");`);
    this.addSql(`create index "auth_challenges_expires_at_index" on "auth_challenges" ("expires_at");`);

    this.addSql(
      `create table "passkeys" ("id" bigint not null, "account_id" bigint not null, "credential_id" text not null, "public_key" text not null, "counter" bigint not null, "transports" jsonb not null, "name" text not null, "synced" boolean not null, "created_at" timestamptz(3) not null, "last_used_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "passkeys_account_id_index" on "passkeys" ("account_id");`);
    this.addSql(`alter table "passkeys" add constraint "passkeys_credential_id_unique" unique ("credential_id");`);

    this.addSql(
      `create table "recovery_codes" ("code_hash" text not null, "account_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("code_hash"));`,
    );
    this.addSql(`create index "recovery_codes_account_id_index" on "recovery_codes" ("account_id");`);

    this.addSql(
      `create table "totp_keys" ("account_id" bigint not null, "sealed_secret" text not null, "confirmed_at" timestamptz(3) null, "last_step" int null, "created_at" timestamptz(3) not null, primary key ("account_id"));`,
    );

    this.addSql(`alter table "sessions" add "proven_at" timestamptz(3) null;`);

    this.addSql(
      `alter table "auth_challenges" add constraint "auth_challenges_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "passkeys" add constraint "passkeys_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "recovery_codes" add constraint "recovery_codes_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "totp_keys" add constraint "totp_keys_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "auth_challenges" cascade;`);
    this.addSql(`drop table if exists "passkeys" cascade;`);
    this.addSql(`drop table if exists "recovery_codes" cascade;`);
    this.addSql(`drop table if exists "totp_keys" cascade;`);

    this.addSql(`alter table "sessions" drop column "proven_at";`);
  }
}
