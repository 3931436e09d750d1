// A certificate authority of a test's own: what it signs is trusted by processes that are told to trust it, and by nobody else.
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  key: string;
  cert: string;
}

export interface Authority {
  /** PEM; for NODE_EXTRA_CA_CERTS or the `ca` of a connection. */
  cert: string;
  /** A certificate for these host names. `until`: when it ends; in ten years unless said otherwise. */
  issue(names: readonly string[], until?: Date): Certificate;
}

const years = 365 * 24 * 60 * 60 * 1000;

/** Makes an authority with a fresh key. */
export function createAuthority(name = 'Rookery test authority'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = nameOf(name);
  const ends = new Date(Date.now() + 10 * years);
  const isAuthority = extension('551d13', true, sequence(element(0x01, Buffer.from([0xff]))));
  const sealed = { issuer: subject, signer: keys.privateKey };
  return {
    cert: certify({ ...sealed, subject, publicKey: keys.publicKey, until: ends, extensions: [isAuthority] }),
    issue(names, until = ends) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const listed = sequence(...names.map((host) => element(0x82, Buffer.from(host, 'ascii'))));
      const extensions = [extension('551d11', false, listed)];
      const cert = certify({ ...sealed, subject: nameOf(names[0] ?? 'nobody'), publicKey, until, extensions });
      return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}

interface Content {
  issuer: Buffer;
  signer: KeyObject;
  subject: Buffer;
  publicKey: KeyObject;
  until: Date;
  extensions: Buffer[];
}

/** An X.509 certificate, version 3, signed with ECDSA and SHA-256. @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certify({ issuer, signer, subject, publicKey, until, extensions }: Content): string {
  const algorithm = sequence(element(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const content = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    issuer,
    sequence(moment(new Date(until.getTime() - 11 * years)), moment(until)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensions)),
  );
  const signature = element(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', content, signer)]));
  const lines = sequence(content, algorithm, signature)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function nameOf(text: string): Buffer {
  const commonName = element(0x06, Buffer.from('550403', 'hex'));
  return sequence(element(0x31, sequence(commonName, element(0x0c, Buffer.from(text)))));
}

function extension(oid: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [element(0x01, Buffer.from([0xff]))] : [];
  return sequence(element(0x06, Buffer.from(oid, 'hex')), ...critical, element(0x04, value));
}

/** UTCTime, which ends with the year 2049. */
function moment(at: Date): Buffer {
  return element(
    0x17,
    Buffer.from(
      `${at
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  );
}

function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

/** One element in DER: tag, length, content. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const long = length > 0xff ? [0x82, length >> 8, length & 0xff] : [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}
