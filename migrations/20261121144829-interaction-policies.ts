// Who may answer, like and boost posts of other servers, and what of ours waits for a word of their authors.
import { Migration } from '@mikro-orm/migrations';

export class InteractionPolicies extends Migration {
  override name = '20261121144829-interaction-policies';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "interaction_requests" ("id" bigint not null, "interaction" text not null, "subject_id" bigint not null, "post_id" bigint not null, "account_id" bigint not null, "state" text not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "interaction_requests" add constraint "interaction_requests_subject_id_unique" unique ("subject_id");`,
    );
    this.addSql(`create index "interaction_requests_post_id_index" on "interaction_requests" ("post_id");`);
    this.addSql(`create index "interaction_requests_account_id_index" on "interaction_requests" ("account_id");`);

    this.addSql(`alter table "posts" add "interaction_rules" jsonb null, add "approved_by" text null;`);

    this.addSql(
      `alter table "interaction_requests" add constraint "interaction_requests_post_id_foreign" foreign key ("post_id") references "posts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "interaction_requests" add constraint "interaction_requests_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "interaction_requests" cascade;`);

    this.addSql(`alter table "posts" drop column "interaction_rules", drop column "approved_by";`);
  }
}
