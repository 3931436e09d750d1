// The tables of the first release.
import { Migration } from '@mikro-orm/migrations';

export class FirstSchema extends Migration {
  override name = '20261121000000-first-schema';

  override up(): void | Promise<void> {
    this.addSql(`create extension if not exists pg_trgm;`);
    this.addSql(
      `create table "accounts" ("id" bigint not null, "username" text not null, "domain" text null, "kind" text not null default 'person', "uri" text not null, "url" text null, "inbox_url" text not null, "shared_inbox_url" text null, "outbox_url" text null, "followers_url" text null, "following_url" text null, "featured_url" text null, "display_name" text not null default '', "bio" text not null default '', "bio_html" text not null default '', "fields" jsonb not null default '[]', "emojis" jsonb not null default '[]', "avatar" jsonb null, "header" jsonb null, "opened" boolean not null default true, "locked" boolean not null default false, "discoverable" boolean not null default true, "indexable" boolean not null default false, "hide_collections" boolean not null default false, "also_known_as" jsonb not null default '[]', "moved_to_uri" text null, "posts_count" int not null default 0, "followers_count" int not null default 0, "following_count" int not null default 0, "last_post_at" timestamptz(3) null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, "fetched_at" timestamptz(3) null, "suspended_at" timestamptz(3) null, "deleted_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`alter table "accounts" add constraint "accounts_uri_unique" unique ("uri");`);
    this.addSql(`create index "accounts_created" on "accounts" ("created_at");`);
    this.addSql(`create index accounts_username_prefix on accounts (lower(username) text_pattern_ops);`);
    this.addSql(
      `create index accounts_display_name_search on accounts using gin ((lower(username || ' ' || display_name)) gin_trgm_ops);`,
    );
    this.addSql(`create unique index accounts_handle on accounts (lower(username), coalesce(lower(domain), ''));`);

    this.addSql(
      `create table "account_keys" ("account_id" bigint not null, "key_id" text not null, "rsa_public" text not null, "rsa_private" text null, "ed_key_id" text null, "ed_public" text null, "ed_private" text null, "fetched_at" timestamptz(3) not null, primary key ("account_id"));`,
    );
    this.addSql(`alter table "account_keys" add constraint "account_keys_key_id_unique" unique ("key_id");`);
    this.addSql(`create index "account_keys_ed_key_id_index" on "account_keys" ("ed_key_id");`);

    this.addSql(
      `create table "blocks" ("id" bigint not null, "blocker_id" bigint not null, "blocked_id" bigint not null, "uri" text null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "blocks_blocked" on "blocks" ("blocked_id", "blocker_id");`);
    this.addSql(`alter table "blocks" add constraint "blocks_pair" unique ("blocker_id", "blocked_id");`);

    this.addSql(
      `create table "email_tokens" ("token_hash" text not null, "purpose" text not null, "account_id" bigint null, "email" text null, "expires_at" timestamptz(3) not null, "created_at" timestamptz(3) not null, primary key ("token_hash"));`,
    );
    this.addSql(`create index "email_tokens_account_id_index" on "email_tokens" ("account_id");`);

    this.addSql(
      `create table "follows" ("id" bigint not null, "follower_id" bigint not null, "followee_id" bigint not null, "state" text not null, "uri" text null, "show_boosts" boolean not null default true, "notify" boolean not null default false, "languages" jsonb null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create index follows_followee on follows (followee_id, state, id) include (follower_id, show_boosts, notify);`,
    );
    this.addSql(`create index follows_follower on follows (follower_id, state, id) include (followee_id);`);
    this.addSql(`alter table "follows" add constraint "follows_pair" unique ("follower_id", "followee_id");`);

    this.addSql(
      `create table "idempotency_keys" ("account_id" bigint not null, "key" text not null, "fingerprint" text not null, "post_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("account_id", "key"));`,
    );
    this.addSql(`create index "idempotency_keys_created_at_index" on "idempotency_keys" ("created_at");`);

    this.addSql(
      `create table "inbox_activities" ("id" bigserial primary key, "actor_uri" text not null, "activity_uri" text not null, "body" text not null, "received_at" timestamptz(3) not null, "handled_at" timestamptz(3) null, "outcome" text null);`,
    );
    this.addSql(`create index "inbox_activities_received_at_index" on "inbox_activities" ("received_at");`);
    this.addSql(
      `alter table "inbox_activities" add constraint "inbox_activities_once" unique ("actor_uri", "activity_uri");`,
    );

    this.addSql(
      `create table "instance_settings" ("key" text not null, "value" jsonb not null, "updated_at" timestamptz(3) not null, primary key ("key"));`,
    );

    this.addSql(
      `create table "markers" ("account_id" bigint not null, "timeline" text not null, "last_read_id" bigint not null, "version" int not null default 1, "updated_at" timestamptz(3) not null, primary key ("account_id", "timeline"));`,
    );

    this.addSql(
      `create table "mutes" ("id" bigint not null, "muter_id" bigint not null, "muted_id" bigint not null, "hide_notifications" boolean not null default true, "expires_at" timestamptz(3) null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "mutes_muted" on "mutes" ("muted_id", "muter_id");`);
    this.addSql(`alter table "mutes" add constraint "mutes_pair" unique ("muter_id", "muted_id");`);

    this.addSql(
      `create table "oauth_apps" ("id" bigint not null, "name" text not null, "website" text null, "redirect_uris" jsonb not null, "scopes" text not null, "client_id" text not null, "client_secret_hash" text not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "oauth_apps" add constraint "oauth_apps_client_id_unique" unique ("client_id");`);

    this.addSql(
      `create table "oauth_codes" ("code_hash" text not null, "app_id" bigint not null, "account_id" bigint not null, "redirect_uri" text not null, "scopes" text not null, "code_challenge" text null, "created_at" timestamptz(3) not null, "used_at" timestamptz(3) null, primary key ("code_hash"));`,
    );

    this.addSql(
      `create table "outbox_events" ("id" bigserial primary key, "name" text not null, "payload" jsonb not null, "due_at" timestamptz(3) not null, "created_at" timestamptz(3) not null, "dispatched_at" timestamptz(3) null, "pending" text[] null);`,
    );
    this.addSql(`create index outbox_events_due on outbox_events (due_at, id) where dispatched_at is null;`);
    this.addSql(
      `create index outbox_events_dispatched on outbox_events (dispatched_at) where dispatched_at is not null;`,
    );

    this.addSql(
      `create table "outgoing_activities" ("id" bigserial primary key, "cause" text not null, "activity_uri" text not null, "sender_id" bigint not null, "ordering_key" text not null, "body" text not null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(
      `alter table "outgoing_activities" add constraint "outgoing_activities_cause_unique" unique ("cause");`,
    );
    this.addSql(`create index "outgoing_activities_created_at_index" on "outgoing_activities" ("created_at");`);

    this.addSql(
      `create table "deliveries" ("id" bigserial primary key, "activity_id" bigint not null, "inbox_url" text not null, "host" text not null, "ordering_key" text not null, "state" text not null default 'waiting', "attempts" int not null default 0, "due_at" timestamptz(3) not null, "leased_until" timestamptz(3) null, "last_status" int null, "last_error" text null, "finished_at" timestamptz(3) null);`,
    );
    this.addSql(`create index deliveries_due on deliveries (due_at, id) where state = 'waiting';`);
    this.addSql(`create index deliveries_order on deliveries (host, ordering_key, id) where state = 'waiting';`);
    this.addSql(`create index deliveries_finished on deliveries (finished_at) where state <> 'waiting';`);
    this.addSql(`alter table "deliveries" add constraint "deliveries_once" unique ("activity_id", "inbox_url");`);

    this.addSql(
      `create table "posts" ("id" bigint not null, "account_id" bigint not null, "uri" text not null, "url" text null, "local" boolean not null, "visibility" text not null, "source" text null, "html" text not null default '', "summary" text not null default '', "sensitive" boolean not null default false, "language" text null, "emojis" jsonb not null default '[]', "in_reply_to_id" bigint null, "in_reply_to_account_id" bigint null, "in_reply_to_uri" text null, "conversation_id" bigint not null, "boost_of_id" bigint null, "app_id" bigint null, "likes_count" int not null default 0, "boosts_count" int not null default 0, "replies_count" int not null default 0, "created_at" timestamptz(3) not null, "edited_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`alter table "posts" add constraint "posts_uri_unique" unique ("uri");`);
    this.addSql(`create index posts_author on posts (account_id, id desc);`);
    this.addSql(`create index posts_replies on posts (in_reply_to_id, id) where in_reply_to_id is not null;`);
    this.addSql(
      `create index posts_waiting_replies on posts (in_reply_to_uri) where in_reply_to_id is null and in_reply_to_uri is not null;`,
    );
    this.addSql(`create index posts_conversation on posts (conversation_id, id);`);
    this.addSql(`create index posts_public on posts (id desc) where visibility = 'public' and boost_of_id is null;`);
    this.addSql(
      `create index posts_local on posts (id desc) where visibility = 'public' and boost_of_id is null and local;`,
    );
    this.addSql(`create unique index posts_boosts on posts (boost_of_id, account_id) where boost_of_id is not null;`);

    this.addSql(
      `create table "notifications" ("id" bigserial primary key, "account_id" bigint not null, "from_account_id" bigint not null, "kind" text not null, "post_id" bigint null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`create index "notifications_post_id_index" on "notifications" ("post_id");`);
    this.addSql(`create index "notifications_page" on "notifications" ("account_id", "id");`);
    this.addSql(`create index "notifications_from" on "notifications" ("from_account_id");`);
    this.addSql(
      `create unique index notifications_once on notifications (account_id, kind, from_account_id, coalesce(post_id, 0));`,
    );

    this.addSql(
      `create table "mentions" ("post_id" bigint not null, "account_id" bigint not null, "silent" boolean not null default false, primary key ("post_id", "account_id"));`,
    );
    this.addSql(`create index "mentions_account" on "mentions" ("account_id", "post_id");`);

    this.addSql(
      `create table "likes" ("id" bigint not null, "post_id" bigint not null, "account_id" bigint not null, "uri" text null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "likes_account" on "likes" ("account_id", "id");`);
    this.addSql(`alter table "likes" add constraint "likes_pair" unique ("post_id", "account_id");`);

    this.addSql(
      `create table "feed_entries" ("owner_id" bigint not null, "post_id" bigint not null, "author_id" bigint not null, "boost_of_id" bigint null, "other_id" bigint null, primary key ("owner_id", "post_id"));`,
    );
    this.addSql(`create index "feed_entries_post" on "feed_entries" ("post_id");`);
    this.addSql(`create index feed_entries_boost on feed_entries (boost_of_id) where boost_of_id is not null;`);

    this.addSql(
      `create table "bookmarks" ("id" bigint not null, "account_id" bigint not null, "post_id" bigint not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "bookmarks_post_id_index" on "bookmarks" ("post_id");`);
    this.addSql(`create index "bookmarks_account" on "bookmarks" ("account_id", "id");`);
    this.addSql(`alter table "bookmarks" add constraint "bookmarks_pair" unique ("account_id", "post_id");`);

    this.addSql(
      `create table "post_versions" ("id" bigserial primary key, "post_id" bigint not null, "source" text null, "html" text not null, "summary" text not null, "sensitive" boolean not null, "language" text null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`create index "post_versions_post_id_index" on "post_versions" ("post_id");`);

    this.addSql(
      `create table "remote_hosts" ("host" text not null, "signature_scheme" text not null default 'cavage', "failures_since" timestamptz(3) null, "failures" int not null default 0, "closed_until" timestamptz(3) null, "last_seen_at" timestamptz(3) null, primary key ("host"));`,
    );

    this.addSql(
      `create table "schedule_runs" ("task" text not null, "ran_at" timestamptz(3) not null, primary key ("task"));`,
    );

    this.addSql(
      `create table "sessions" ("id" bigint not null, "account_id" bigint not null, "secret_hash" text not null, "ip" text null, "user_agent" text null, "created_at" timestamptz(3) not null, "last_used_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "sessions_account_id_index" on "sessions" ("account_id");`);
    this.addSql(`alter table "sessions" add constraint "sessions_secret_hash_unique" unique ("secret_hash");`);

    this.addSql(
      `create table "access_tokens" ("id" bigint not null, "token_hash" text not null, "app_id" bigint null, "account_id" bigint null, "session_id" bigint null, "code_hash" text null, "scopes" text not null, "created_at" timestamptz(3) not null, "last_used_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`alter table "access_tokens" add constraint "access_tokens_token_hash_unique" unique ("token_hash");`);
    this.addSql(`create index "access_tokens_account_id_index" on "access_tokens" ("account_id");`);
    this.addSql(`create index "access_tokens_session_id_index" on "access_tokens" ("session_id");`);
    this.addSql(`create index "access_tokens_code_hash_index" on "access_tokens" ("code_hash");`);

    this.addSql(
      `create table "tags" ("id" bigserial primary key, "name" text not null, "display" text not null, "created_at" timestamptz(3) not null);`,
    );
    this.addSql(`alter table "tags" add constraint "tags_name_unique" unique ("name");`);
    this.addSql(`create index tags_prefix on tags (name text_pattern_ops);`);

    this.addSql(
      `create table "post_tags" ("tag_id" bigint not null, "post_id" bigint not null, primary key ("tag_id", "post_id"));`,
    );
    this.addSql(`create index "post_tags_post_id_index" on "post_tags" ("post_id");`);

    this.addSql(
      `create table "tombstones" ("uri" text not null, "former_id" bigint null, "account_uri" text null, "deleted_at" timestamptz(3) not null, primary key ("uri"));`,
    );

    this.addSql(
      `create table "users" ("account_id" bigint not null, "email" text not null, "email_confirmed_at" timestamptz(3) null, "password_hash" text not null, "role" text not null default 'user', "reason" text null, "approved_at" timestamptz(3) null, "disabled_at" timestamptz(3) null, "locale" text null, "default_visibility" text not null default 'public', "default_sensitive" boolean not null default false, "default_language" text null, "created_at" timestamptz(3) not null, primary key ("account_id"));`,
    );
    this.addSql(`create unique index users_email on users (lower(email));`);

    this.addSql(
      `alter table "account_keys" add constraint "account_keys_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "blocks" add constraint "blocks_blocker_id_foreign" foreign key ("blocker_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "blocks" add constraint "blocks_blocked_id_foreign" foreign key ("blocked_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "email_tokens" add constraint "email_tokens_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "follows" add constraint "follows_follower_id_foreign" foreign key ("follower_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "follows" add constraint "follows_followee_id_foreign" foreign key ("followee_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "idempotency_keys" add constraint "idempotency_keys_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "markers" add constraint "markers_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "mutes" add constraint "mutes_muter_id_foreign" foreign key ("muter_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "mutes" add constraint "mutes_muted_id_foreign" foreign key ("muted_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "oauth_codes" add constraint "oauth_codes_app_id_foreign" foreign key ("app_id") references "oauth_apps" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "oauth_codes" add constraint "oauth_codes_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "deliveries" add constraint "deliveries_activity_id_foreign" foreign key ("activity_id") references "outgoing_activities" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "posts" add constraint "posts_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "posts" add constraint "posts_boost_of_id_foreign" foreign key ("boost_of_id") references "posts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "notifications" add constraint "notifications_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "notifications" add constraint "notifications_from_account_id_foreign" foreign key ("from_account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "notifications" add constraint "notifications_post_id_foreign" foreign key ("post_id") references "posts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "mentions" add constraint "mentions_post_id_foreign" foreign key ("post_id") references "posts" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "mentions" add constraint "mentions_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "likes" add constraint "likes_post_id_foreign" foreign key ("post_id") references "posts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "likes" add constraint "likes_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "bookmarks" add constraint "bookmarks_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "bookmarks" add constraint "bookmarks_post_id_foreign" foreign key ("post_id") references "posts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "post_versions" add constraint "post_versions_post_id_foreign" foreign key ("post_id") references "posts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "sessions" add constraint "sessions_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "access_tokens" add constraint "access_tokens_app_id_foreign" foreign key ("app_id") references "oauth_apps" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "access_tokens" add constraint "access_tokens_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "access_tokens" add constraint "access_tokens_session_id_foreign" foreign key ("session_id") references "sessions" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "post_tags" add constraint "post_tags_tag_id_foreign" foreign key ("tag_id") references "tags" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "post_tags" add constraint "post_tags_post_id_foreign" foreign key ("post_id") references "posts" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "users" add constraint "users_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade;`,
    );
  }
}
