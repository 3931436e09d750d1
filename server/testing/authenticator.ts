// A security key made of software, for stories at the doors: it answers WebAuthn questions, rightly or, where a test says so, wrongly.
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** How an answer shall differ from what the site asked for. */
export interface Deviation {
  origin?: string;
  rpId?: string;
  /** The challenge of another question. */
  challenge?: string;
  userVerified?: boolean;
  /** What the key says that it was used, instead of one more than last time. */
  counter?: number;
}

export interface Authenticator {
  credentialId: string;
  /** The answer to /api/auth/passkeys/challenge. */
  create(options: { challenge: string; rp: { id?: string } }, more?: Deviation): object;
  /** The answer to a challenge for signing in or proving. */
  answer(options: { challenge: string; rpId?: string }, more?: Deviation): object;
}

/** A fresh key that belongs to a site. `counts`: whether it counts its uses, as hardware does. */
export function openAuthenticator(origin: string, { counts = true } = {}): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  const credentialId = id.toString('base64url');
  let uses = 0;
  const next = ({ counter }: Deviation): number => ((counter ?? counts) ? (counter ?? ++uses) : 0);
  const common = { id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {} };
  return {
    credentialId,
    create({ challenge, rp }, more = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const credential = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)]);
      const data = Buffer.concat([authData(more.rpId ?? rp.id ?? '', 0x40, next(more), more), credential]);
      const attestation = Buffer.concat([
        Buffer.from([0xa3]),
        ...[text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]), text('authData'), bytes(data)],
      ]);
      const client = clientData('webauthn.create', challenge, origin, more);
      return {
        ...common,
        response: {
          clientDataJSON: client.toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['usb'],
        },
      };
    },
    answer({ challenge, rpId = '' }, more = {}) {
      const data = authData(more.rpId ?? rpId, 0, next(more), more);
      const client = clientData('webauthn.get', challenge, origin, more);
      const hash = createHash('sha256').update(client).digest();
      return {
        ...common,
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', Buffer.concat([data, hash]), privateKey).toString('base64url'),
        },
      };
    },
  };
}

function clientData(type: string, challenge: string, origin: string, more: Deviation): Buffer {
  return Buffer.from(
    JSON.stringify({ type, challenge: more.challenge ?? challenge, origin: more.origin ?? origin, crossOrigin: false }),
  );
}

/** @see https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data */
function authData(rpId: string, flags: number, counter: number, { userVerified = true }: Deviation): Buffer {
  const tail = Buffer.alloc(5);
  tail.writeUInt8(0x01 | (userVerified ? 0x04 : 0) | flags);
  tail.writeUInt32BE(counter, 1);
  return Buffer.concat([createHash('sha256').update(rpId).digest(), tail]);
}

const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);

/** Less than 64 KiB of bytes in CBOR. */
function bytes(value: Buffer): Buffer {
  const head = Buffer.alloc(3, 0x59);
  head.writeUInt16BE(value.length, 1);
  return Buffer.concat([head, value]);
}

/** ES256 in COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const coordinate = (label: number, value: string): Buffer =>
    Buffer.concat([Buffer.from([label, 0x58, 0x20]), Buffer.from(value, 'base64url')]);
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]),
    coordinate(0x21, x),
    coordinate(0x22, y),
  ]);
}
