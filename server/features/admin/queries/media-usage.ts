// What media take, by the rows that know: kinds, accounts, what waits to be deleted.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';

export interface MediaUsage {
  kinds: Array<{ kind: string; files: number; bytes: number }>;
  /** Those whose uploads take most. */
  accounts: Array<{ username: string; files: number; bytes: number }>;
  /** Uploads that no post shows and whose time is over. */
  unattached: { files: number; bytes: number };
  /** Noted files of posts of other servers; only what somebody looked at is kept here. */
  remoteNoted: number;
}

/** Four statements. */
export async function measureMedia(ctx: AppContext): Promise<MediaUsage> {
  const { read } = ctx.database;
  const [kinds, accounts, unattached, noted] = await Promise.all([
    sql<Sum & { kind: string }>`select kind, count(*) as files, coalesce(sum(bytes), 0) as bytes from media_attachments
      where remote_url is null group by kind order by sum(bytes) desc`.execute(read),
    sql<Sum & { username: string }>`select a.username, m.files, m.bytes
      from (select account_id, count(*) as files, sum(bytes) as bytes from media_attachments where remote_url is null
        group by account_id order by sum(bytes) desc, account_id limit 10) m
      join accounts a on a.id = m.account_id order by m.bytes desc, a.username`.execute(read),
    sql<Sum>`select count(*) as files, coalesce(sum(bytes), 0) as bytes from media_attachments
      where post_id is null and expires_at <= ${ctx.clock()}`.execute(read),
    sql<{ files: string }>`select count(*) as files from media_attachments where remote_url is not null`.execute(read),
  ]);
  return {
    kinds: kinds.rows.map(({ kind, ...sum }) => ({ kind, ...numbers(sum) })),
    accounts: accounts.rows.map(({ username, ...sum }) => ({ username, ...numbers(sum) })),
    unattached: numbers(unattached.rows[0] ?? { files: '0', bytes: '0' }),
    remoteNoted: Number(noted.rows[0]?.files ?? 0),
  };
}

interface Sum {
  files: string;
  bytes: string;
}

function numbers({ files, bytes }: Sum): { files: number; bytes: number } {
  return { files: Number(files), bytes: Number(bytes) };
}
