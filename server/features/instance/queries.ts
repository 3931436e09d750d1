// Reading what the admin decided, and figures about the whole server.
import type { AppContext } from '#server/context.ts';
import { audiences, defaultSettings, registrationModes, type InstanceSettings } from './policy.ts';

export const settingsFragment = 'instance settings';

/** All settings, with defaults for those that nobody changed. Kept in this process until they change. */
export async function readInstanceSettings(ctx: AppContext): Promise<InstanceSettings> {
  const kept = ctx.fragments.get(settingsFragment);
  // Safe: only the line below the query writes this fragment.
  if (kept !== undefined) return JSON.parse(kept) as InstanceSettings;
  const since = ctx.fragments.mark();
  const rows = await ctx.database.read.selectFrom('instance_settings').select(['key', 'value', 'updated_at']).execute();
  const settings = mergeSettings(defaultSettings(ctx.config), new Map(rows.map((row) => [row.key, row.value])));
  const described = rows.find(({ key }) => key === 'description');
  if (described !== undefined) settings.describedAt = described.updated_at.toISOString();
  ctx.fragments.set(settingsFragment, JSON.stringify(settings), since);
  return settings;
}

function mergeSettings(defaults: InstanceSettings, stored: Map<string, unknown>): InstanceSettings {
  const text = (key: 'title' | 'description' | 'contactEmail'): string => {
    const value = stored.get(key);
    return typeof value === 'string' ? value : defaults[key];
  };
  const rules = stored.get('rules');
  return {
    title: text('title'),
    description: text('description'),
    describedAt: defaults.describedAt,
    contactEmail: text('contactEmail'),
    registrations: registrationModes.find((mode) => mode === stored.get('registrations')) ?? defaults.registrations,
    blocksShownTo: audiences.find((one) => one === stored.get('blocksShownTo')) ?? defaults.blocksShownTo,
    rules: Array.isArray(rules)
      ? rules.map(String).map((rule, index) => ({ id: String(index + 1), text: rule, hint: '' }))
      : defaults.rules,
  };
}

/** How large and how alive the server is. */
export interface InstanceFigures {
  users: number;
  /** Users who did something in the last 30 days, in the last 180 days. */
  activeMonth: number;
  activeHalfYear: number;
  /** Posts written here, boosts not counted. */
  posts: number;
  /** Other servers that we know accounts of. */
  domains: number;
}

const figuresKey = 'instance figures';
const figuresForMs = 10 * 60_000;
const day = 86_400_000;

/** The figures, at most ten minutes old: counting a large server takes a while. */
export async function readInstanceFigures(ctx: AppContext): Promise<InstanceFigures> {
  const kept = await ctx.cache.get(figuresKey);
  // Safe: only the line below the query writes this key.
  if (kept !== null) return JSON.parse(kept) as InstanceFigures;
  const now = ctx.clock().getTime();
  const rows = await ctx.database.prepared<InstanceFigures>(
    'instance figures',
    `select
      (select count(*)::int from accounts where domain is null and opened and kind <> 'application' and deleted_at is null and suspended_at is null) as "users",
      (select count(distinct account_id)::int from access_tokens where last_used_at > $1) as "activeMonth",
      (select count(distinct account_id)::int from access_tokens where last_used_at > $2) as "activeHalfYear",
      (select coalesce(sum(posts_count), 0)::int from accounts where domain is null) as "posts",
      (select count(*)::int from remote_hosts) as "domains"`,
    [new Date(now - 30 * day), new Date(now - 180 * day)],
  );
  const figures = rows[0] ?? { users: 0, activeMonth: 0, activeHalfYear: 0, posts: 0, domains: 0 };
  await ctx.cache.set(figuresKey, JSON.stringify(figures), figuresForMs);
  return figures;
}

/** Hosts of other servers that accounts known here live on, in alphabetical order, at most 10,000; at most ten minutes old. */
export async function listPeers(ctx: AppContext): Promise<string[]> {
  const key = 'instance peers';
  const kept = await ctx.cache.get(key);
  // Safe: only the line below the query writes this key.
  if (kept !== null) return JSON.parse(kept) as string[];
  const rows = await ctx.database.read
    .selectFrom('accounts')
    .select('domain')
    .distinct()
    .where('domain', 'is not', null)
    .orderBy('domain')
    .limit(10_000)
    .execute();
  const peers = rows.flatMap((row) => row.domain ?? []);
  await ctx.cache.set(key, JSON.stringify(peers), figuresForMs);
  return peers;
}

/** Hosts of other servers whose name begins with the text, in alphabetical order. */
export async function searchPeers(ctx: AppContext, text: string, limit: number): Promise<string[]> {
  const start = text.trim().toLowerCase();
  if (start === '') return [];
  const rows = await ctx.database.read
    .selectFrom('remote_hosts')
    .select('host')
    .where('host', '>=', start)
    .where('host', 'like', `${start.replaceAll(/[%_\\]/g, '\\$&')}%`)
    .orderBy('host')
    .limit(limit)
    .execute();
  return rows.map((row) => row.host);
}

/** One week of the server: Monday 00:00 UTC, and what was done in it. */
export interface WeekFigures {
  weekStart: Date;
  posts: number;
  logins: number;
  registrations: number;
}

/** The last twelve weeks, the present one first. */
export async function listWeeks(ctx: AppContext): Promise<WeekFigures[]> {
  const key = 'instance weeks';
  const kept = await ctx.cache.get(key);
  const rows =
    kept === null
      ? await countWeeks(ctx)
      : (JSON.parse(kept) as Array<Omit<WeekFigures, 'weekStart'> & { weekStart: string }>);
  if (kept === null) await ctx.cache.set(key, JSON.stringify(rows), figuresForMs);
  return rows.map((row) => ({ ...row, weekStart: new Date(row.weekStart) }));
}

async function countWeeks(ctx: AppContext): Promise<WeekFigures[]> {
  return ctx.database.prepared<WeekFigures>(
    'instance weeks',
    `select week as "weekStart",
      (select count(*)::int from posts where local and boost_of_id is null and created_at >= week and created_at < week + interval '7 days'
        and id >= (floor(extract(epoch from week))::bigint * 1000) << 16) as "posts",
      (select count(distinct account_id)::int from access_tokens where last_used_at >= week and last_used_at < week + interval '7 days') as "logins",
      (select count(*)::int from users where created_at >= week and created_at < week + interval '7 days') as "registrations"
    from (select date_trunc('week', $1::timestamptz, 'UTC') - n * interval '7 days' as week from generate_series(0, 11) as n) weeks
    order by week desc`,
    [ctx.clock()],
  );
}
