// Secrets that we must be able to read again (a hash will not do) lie sealed in the database: a copy of it alone opens nothing.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { AppContext } from '#server/context.ts';

const keyOf = (ctx: AppContext): Buffer =>
  Buffer.from(hkdfSync('sha256', ctx.secrets.secretKey, 'rookery', 'sealed secrets', 32));

/** The text sealed with the server's secret key (AES-256-GCM), base64url. `about` binds it to its row: it cannot be moved to another. */
export function seal(ctx: AppContext, text: string, about: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(ctx), nonce).setAAD(Buffer.from(about));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** What was sealed; null when the secret key is another one now, or the row was tampered with. */
export function unseal(ctx: AppContext, sealed: string, about: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  // A nonce and a whole tag at least: a shorter tag would be easier to guess.
  if (bytes.length < 28) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(ctx), bytes.subarray(0, 12), { authTagLength: 16 }).setAAD(
      Buffer.from(about),
    );
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
