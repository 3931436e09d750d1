// The link by which the first person becomes the owner of a fresh server.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppContext } from '#server/context.ts';
import { hashToken, makeToken } from '#server/platform/tokens.ts';
import { findEmailToken, hasOwner } from '../queries.ts';

const lifeMs = 365 * 86_400_000;

/**
 * The sign-up link for the owner, or null when there is one. The same link until it is used: its secret is kept in
 * DATA_DIR/owner-link (readable by the server alone), its hash in the database.
 */
export async function ensureOwnerInvitation(ctx: AppContext): Promise<string | null> {
  if (await hasOwner(ctx)) return null;
  const file = join(ctx.config.dataDir, 'owner-link');
  const kept = await readKept(file);
  const token = kept !== null && (await findEmailToken(ctx, 'owner', kept)) ? kept : await makeInvitation(ctx, file);
  return `${ctx.config.origin}/sign-up?owner=${token}`;
}

async function readKept(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function makeInvitation(ctx: AppContext, file: string): Promise<string> {
  const token = makeToken();
  const now = ctx.clock();
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  await ctx.database.write(async (tx) => {
    await tx.sql.deleteFrom('email_tokens').where('purpose', '=', 'owner').execute();
    await tx.sql
      .insertInto('email_tokens')
      .values({
        token_hash: hashToken(token),
        purpose: 'owner',
        expires_at: new Date(now.getTime() + lifeMs),
        created_at: now,
      })
      .execute();
  });
  return token;
}
