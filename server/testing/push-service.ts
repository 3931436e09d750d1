// A push service of the outside world, and a device that subscribes to it and can read what is sent.
import { createECDH, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

interface Cipher {
  decrypt(body: Buffer, keys: Record<string, unknown>): Buffer;
}
// The package has no types; it belongs to web-push and undoes what that does.
const ece = createRequire(createRequire(import.meta.url).resolve('web-push'))('http_ece') as Cipher;

export interface Sent {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface PushService {
  origin: string;
  sent: Sent[];
  /** What it answers from now on; 201 until told otherwise. */
  answer: (status: number) => void;
  close(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function openPushService(): Promise<PushService> {
  const sent: Sent[] = [];
  let status = 201;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      sent.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    answer: (next) => (status = next),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export interface Device {
  p256dh: string;
  auth: string;
  /** What a message says. @throws when it is not for this device */
  read(message: Sent): Record<string, unknown>;
}

/** The keys of a device, of which it gives away the public half and the secret. */
export function makeDevice(): Device {
  const curve = createECDH('prime256v1');
  const p256dh = curve.generateKeys().toString('base64url');
  const auth = randomBytes(16).toString('base64url');
  return {
    p256dh,
    auth,
    read({ headers, body }) {
      const version = String(headers['content-encoding']);
      const legacy =
        version === 'aesgcm'
          ? {
              dh: /dh=([\w-]+)/.exec(String(headers['crypto-key']))?.[1],
              salt: /salt=([\w-]+)/.exec(String(headers['encryption']))?.[1],
            }
          : {};
      const text = ece.decrypt(body, { version, privateKey: curve, authSecret: auth, ...legacy }).toString('utf8');
      return JSON.parse(text) as Record<string, unknown>;
    },
  };
}
