// What a device must bring to be told, and whose news it hears.
import { createECDH } from 'node:crypto';
import type { Reach } from './entities.ts';

/** What stands between the owner of a device and the one whom the news is about. */
export interface SenderFacts {
  follows: boolean;
  isFollowedBy: boolean;
}

/** Whether news by that person is for a device of this reach. */
export function reachesDevice(reach: Reach, sender: SenderFacts): boolean {
  if (reach === 'followed') return sender.follows;
  if (reach === 'follower') return sender.isFollowedBy;
  return reach === 'all';
}

/** True for an uncompressed point of P-256 that really is on the curve, in base64url. @see RFC 8291, 2 */
export function isDeviceKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 65 || bytes[0] !== 4) return false;
  const curve = createECDH('prime256v1');
  curve.generateKeys();
  try {
    curve.computeSecret(bytes);
    return true;
  } catch {
    return false;
  }
}

/** True for a shared secret of at least 16 bytes, in base64url. */
export function isDeviceSecret(text: string): boolean {
  const { length } = Buffer.from(text, 'base64url');
  return length >= 16 && length <= 128;
}
