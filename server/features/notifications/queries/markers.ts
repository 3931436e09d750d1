// Reading how far people have read.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import type { MarkerTimeline } from '../entities.ts';

export interface MarkerView {
  timeline: MarkerTimeline;
  lastReadId: string;
  version: number;
  updatedAt: Date;
}

/** How far an account has read, for those timelines that have a marker. */
export async function findMarkers(
  ctx: AppContext,
  accountId: string,
  timelines: readonly MarkerTimeline[],
): Promise<MarkerView[]> {
  const { rows } = await sql<MarkerView>`
    select timeline, last_read_id as "lastReadId", version, updated_at as "updatedAt"
    from markers where account_id = ${accountId} and timeline = any(${timelines}::text[]) order by timeline`.execute(
    ctx.database.read,
  );
  return rows;
}
