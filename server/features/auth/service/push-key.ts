// The key pair by which push services know this server (VAPID). Made from the secret key, so that every process has the same and it never changes by itself.
import { createECDH, hkdfSync } from 'node:crypto';

export interface PushKey {
  /** Uncompressed P-256 point, base64url: what browsers and apps subscribe with. */
  publicKey: string;
  /** The private scalar, base64url. Never leaves the server. */
  privateKey: string;
}

/** The key that belongs to a secret key. @see https://www.rfc-editor.org/rfc/rfc8292 */
export function pushKeyOf(secretKey: string): PushKey {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const scalar = Buffer.from(hkdfSync('sha256', secretKey, 'rookery', `web push key ${attempt}`, 32));
    const curve = createECDH('prime256v1');
    try {
      curve.setPrivateKey(scalar);
    } catch {
      // One scalar in four thousand million is too large for the curve: the next one is not.
      continue;
    }
    return { publicKey: curve.getPublicKey('base64url'), privateKey: scalar.toString('base64url') };
  }
  throw new Error('no push key can be made from the secret key');
}
