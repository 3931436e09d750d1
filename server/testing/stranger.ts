// A made-up server of the outside world: it shows what a test puts there, sends what a test signs, and takes deliveries
// with the answer that a test wants.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Json } from '#server/platform/fediverse/json.ts';
import { signRequest } from '#server/platform/fediverse/signatures/sign.ts';
import { spareRsaKeys } from './spare.ts';

/** Somebody on a made-up server. */
export interface Stranger {
  uri: string;
  name: string;
  keyId: string;
  privateKey: KeyObject;
  /** The actor document; changing it changes what the server shows. */
  document: Json;
  /** Sends an activity, signed by this stranger unless said otherwise. Resolves to the status. */
  send(inbox: string, activity: Json, options?: SendOptions): Promise<number>;
  /** The headers of a GET of a document, signed by this stranger. */
  asking(url: string, options?: Pick<SendOptions, 'scheme' | 'date'>): Record<string, string>;
}

export interface SendOptions {
  scheme?: 'cavage' | 'rfc9421';
  /** Signs in another's name, with this key. */
  as?: { keyId: string; privateKey: KeyObject };
  /** Changes the headers after they were signed; null takes one away. */
  headers?: Record<string, string | null>;
  /** Sends another body than the signed one. */
  body?: string;
  date?: Date;
}

/** What came to an inbox. */
export interface Delivered {
  path: string;
  headers: IncomingMessage['headers'];
  activity: Json;
}

export interface StrangeServer {
  origin: string;
  host: string;
  /** Makes somebody with a key, an actor document and an answer to WebFinger. */
  person(name: string, more?: Json): Promise<Stranger>;
  /** Takes a whole actor document, whatever its addresses are, gives it a key and shows it. */
  actor(document: Json): Promise<Stranger>;
  /** Shows a document at a path of this server; null for 404. */
  show(path: string, document: Json | null, options?: { status?: number; type?: string }): void;
  /** What was delivered to its inboxes so far. */
  delivered: Delivered[];
  /** Paths that were asked for, in order. */
  asked: string[];
  /** Headers of the requests in `asked`. */
  askedHeaders: Array<IncomingMessage['headers']>;
  /** How it answers deliveries from now on; `hang` never answers. */
  answer(how: (delivery: Delivered) => { status: number; headers?: Record<string, string> } | 'hang'): void;
  close(): Promise<void>;
}

interface Shown {
  status: number;
  type: string;
  body: string;
}

/** Opens it on a free port of 127.0.0.1, known by the name `localhost`. */
export async function openStranger(): Promise<StrangeServer> {
  const pages = new Map<string, Shown>();
  const people = new Map<string, Stranger>();
  const delivered: Delivered[] = [];
  const asked: string[] = [];
  const askedHeaders: Array<IncomingMessage['headers']> = [];
  let answer: Parameters<StrangeServer['answer']>[0] = () => ({ status: 202 });

  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (request.method === 'POST') return void take(request, response, path);
    asked.push(path);
    askedHeaders.push(request.headers);
    const page = pages.get(path.split('#')[0] ?? path) ?? personPage(path) ?? webFinger(path);
    response
      .writeHead(page?.status ?? 404, { 'content-type': page?.type ?? 'text/plain' })
      .end(page?.body ?? 'not here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;

  async function take(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const delivery = { path, headers: request.headers, activity: JSON.parse(Buffer.concat(chunks).toString()) as Json };
    const reply = answer(delivery);
    delivered.push(delivery);
    if (reply !== 'hang') response.writeHead(reply.status, reply.headers ?? {}).end();
  }

  function personPage(path: string): Shown | null {
    const person = people.get(path.replace(/^\/users\//u, ''));
    return person === undefined || !path.startsWith('/users/') ? null : page(person.document);
  }

  function webFinger(path: string): Shown | null {
    const resource = new URL(path, origin).searchParams.get('resource') ?? '';
    const person = people.get(/^acct:([^@]+)@/u.exec(resource)?.[1] ?? '');
    if (!path.startsWith('/.well-known/webfinger') || person === undefined) return null;
    const links = [{ rel: 'self', type: 'application/activity+json', href: person.uri }];
    return { status: 200, type: 'application/jrd+json', body: JSON.stringify({ subject: resource, links }) };
  }

  return {
    origin,
    host: `localhost:${port}`,
    delivered,
    asked,
    askedHeaders,
    show(path, document, options = {}) {
      if (document === null) pages.delete(path);
      else pages.set(path, { ...page(document), ...options });
    },
    answer(how) {
      answer = how;
    },
    async person(name, more = {}) {
      const keys = await spareRsaKeys();
      const stranger = makeStranger(origin, name, keys, more);
      people.set(name, stranger);
      return stranger;
    },
    async actor(document) {
      const name = String(document['preferredUsername']);
      const stranger = makeStranger(origin, name, await spareRsaKeys(), document);
      people.set(name, stranger);
      const shown = page(stranger.document);
      for (const address of [stranger.uri, stranger.keyId]) {
        const { pathname, search } = new URL(address);
        pages.set(pathname + search, shown);
      }
      return stranger;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function page(document: Json): Shown {
  return { status: 200, type: 'application/activity+json', body: JSON.stringify(document) };
}

function makeStranger(
  origin: string,
  name: string,
  keys: { publicKeyPem: string; privateKeyPem: string },
  more: Json,
): Stranger {
  const uri = typeof more['id'] === 'string' ? more['id'] : `${origin}/users/${name}`;
  // Each software names its keys in its own way.
  const ownKey = more['publicKey'] as { id: string } | undefined;
  const keyId = ownKey?.id ?? `${uri}#main-key`;
  const privateKey = createPrivateKey(keys.privateKeyPem);
  const document = {
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
    id: uri,
    type: 'Person',
    preferredUsername: name,
    name: name.toUpperCase(),
    inbox: `${uri}/inbox`,
    outbox: `${uri}/outbox`,
    followers: `${uri}/followers`,
    following: `${uri}/following`,
    endpoints: { sharedInbox: `${origin}/inbox` },
    url: `${origin}/@${name}`,
    ...more,
    publicKey: { ...ownKey, id: keyId, owner: uri, publicKeyPem: keys.publicKeyPem },
  };
  return {
    uri,
    name,
    keyId,
    privateKey,
    document,
    async send(inbox, activity, options = {}) {
      const body = JSON.stringify(activity);
      const { keyId: asId, privateKey: asKey } = options.as ?? { keyId, privateKey };
      const signed = signRequest({
        method: 'POST',
        url: inbox,
        body,
        keyId: asId,
        privateKey: asKey,
        scheme: options.scheme ?? 'cavage',
        date: options.date ?? new Date(),
      });
      const headers: Record<string, string> = { 'content-type': 'application/activity+json', ...signed };
      for (const [header, value] of Object.entries(options.headers ?? {})) {
        if (value === null) delete headers[header];
        else headers[header] = value;
      }
      const { host: _host, ...sent } = headers;
      const response = await fetch(inbox, { method: 'POST', headers: sent, body: options.body ?? body });
      await response.arrayBuffer();
      return response.status;
    },
    asking(url, { scheme = 'cavage', date = new Date() } = {}) {
      const accept = 'application/activity+json';
      // Its own words, so that a test may give somebody another's key.
      const signer = { keyId: this.keyId, privateKey: this.privateKey };
      const signed = signRequest({ ...signer, method: 'GET', url, headers: { accept }, scheme, date });
      const { host: _host, ...headers } = signed;
      return { accept, ...headers };
    },
  };
}
