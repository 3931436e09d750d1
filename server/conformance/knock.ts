// Knocking on a door over a real connection, and telling whether anything was written meanwhile.
import { Pool } from 'undici';
import { entities } from '#server/schema.ts';
import type { AppContext } from '#server/context.ts';
import type { OddRequest } from './odd-requests.ts';

/** What came back; the text of an endless answer is not waited for. */
export interface Heard {
  status: number;
  type: string;
  text: string;
}

export type Knock = (method: string, request: OddRequest) => Promise<Heard>;

/** Sends requests as they are, without the corrections that `fetch` makes to addresses. */
export function openKnocker(origin: string): { knock: Knock; close(): Promise<void> } {
  const pool = new Pool(origin, { connections: 2, headersTimeout: 15_000, bodyTimeout: 15_000 });
  return {
    close: () => pool.destroy(),
    async knock(method, { path, headers, body }) {
      const answer = await pool.request({ method, path, headers, body });
      const type = String(answer.headers['content-type'] ?? '');
      if (type.startsWith('text/event-stream')) {
        answer.body.on('error', () => {}).destroy();
        return { status: answer.statusCode, type, text: '' };
      }
      return { status: answer.statusCode, type, text: await answer.body.text() };
    },
  };
}

// What reading notes on the way: that a token or a session is in use.
const touched = new Set(['access_tokens', 'sessions']);

const marks = entities
  .map(({ meta: { tableName: table } }) => {
    const mark = touched.has(table) ? '0' : 'coalesce(sum(xmin::text::bigint), 0)';
    return `select '${table}' as name, count(*) || '/' || ${mark} as mark from "${table}"`;
  })
  .join(' union all ');

/** One text for each table that changes with every row that is written, changed or deleted. Tokens and sessions count by number only. */
export async function fingerprint(ctx: AppContext): Promise<Record<string, string>> {
  // Prepared: to plan a statement over all tables takes longer than to run it.
  const rows = await ctx.database.prepared<{ name: string; mark: string }>('test_fingerprint', marks, []);
  return Object.fromEntries(rows.map(({ name, mark }) => [name, mark]));
}
