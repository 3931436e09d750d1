// The doors of other servers: what they read. They get plain JSON; where they post is in inboxes.ts, client doors are elsewhere.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { emojiDocument } from '#server/features/emojis/activitypub.ts';
import { findEmoji } from '#server/features/emojis/queries.ts';
import { followersThereDocument } from '#server/features/graph/activitypub/synchronization.ts';
import { findVisiblePost } from '#server/features/posts/queries.ts';
import {
  authorizationDocument,
  replyAuthorizationDocument,
} from '#server/features/posts/activitypub/quote-document.ts';
import { actorFragment, noteFragment } from '#server/features/posts/service/forget.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { asText, type Json } from '#server/platform/fediverse/json.ts';
import { activityJson, activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import { findSigner, rawRequest } from './accept.ts';
import { conversationDoors } from './conversations.ts';
import { createDispatcher, type Reading } from './dispatch.ts';
import { admittedReader, askForSignatures, isShutOut, variesByReader } from './gate.ts';
import { inboxes } from './inboxes.ts';
import { nodeInfoList, toNodeInfo20 } from './node-info.ts';

/** Registers every path that other servers use. */
export async function federationDoors(app: App, ctx: AppContext): Promise<void> {
  await app.register(async (scope) => inboxes(scope as App, ctx));
  await app.register(async (scope) => documents(scope as App, ctx));
}

/** What is read: WebFinger, NodeInfo and host-meta by anybody, ActivityPub documents by those who may. */
function documents(app: App, ctx: AppContext): void {
  const dispatcher = createDispatcher(ctx);
  // Only these two lead a browser to a page; all else is a document, whoever asks.
  const isPage = ({ url, headers }: FastifyRequest): boolean => fragmentOf(url) !== null && wantsPage(headers.accept);
  askForSignatures(app, ctx, { raw: rawRequest, isPage });
  const open = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const response = await ask(ctx, dispatcher, request.raw.url ?? '/', request.headers.accept, nobody);
    const type = response.headers.get('content-type');
    if (type !== null) reply.type(type);
    return reply.code(response.status).send(Buffer.from(await response.arrayBuffer()));
  };
  app.get('/.well-known/webfinger', open);
  app.get('/nodeinfo/2.1', open);
  app.get('/.well-known/nodeinfo', (_request, reply) =>
    reply.type('application/json').send(nodeInfoList(ctx.config.origin)),
  );
  app.get('/nodeinfo/2.0', async (_request, reply) => {
    const document: unknown = await (await ask(ctx, dispatcher, '/nodeinfo/2.1', undefined, nobody)).json();
    const body = Buffer.from(JSON.stringify(toNodeInfo20(document)));
    return reply.type('application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.0#"').send(body);
  });
  hostMeta(app, ctx);
  // The server's own account writes nothing.
  const { instanceActor } = addresses(ctx.config);
  const outbox = JSON.stringify({
    '@context': activityStreams,
    id: `${instanceActor}/outbox`,
    type: 'OrderedCollection',
    totalItems: 0,
    orderedItems: [],
  });
  app.get('/ap/instance/outbox', (_request, reply) => sendActivity(reply, 200, outbox, true));
  conversationDoors(app, ctx);
  app.get<{ Params: { id: string } }>('/ap/quote-authorizations/:id', async (request, reply) => {
    const document = await authorizationDocument(ctx, request.params.id);
    if (document === null) return reply.code(404).send({ error: 'Not Found' });
    // Never kept by anybody: the author may take it back at any moment.
    return document === 'gone'
      ? reply.code(410).send({ error: 'Gone' })
      : sendActivity(reply, 200, JSON.stringify(document), false);
  });
  app.get<{ Params: { id: string } }>('/ap/reply-authorizations/:id', async (request, reply) => {
    const document = await replyAuthorizationDocument(ctx, request.params.id);
    if (document === null) return reply.code(404).send({ error: 'Not Found' });
    return sendActivity(reply, 200, JSON.stringify(document), false);
  });
  app.get<{ Params: { id: string }; Querystring: { after?: string } }>(
    '/ap/users/:id/followers_synchronization',
    { schema: { querystring: Type.Object({ after: Type.Optional(Type.String({ pattern: '^\\d{1,18}$' })) }) } },
    async (request, reply) => {
      const signer = request.headers.signature === undefined ? null : await findSigner(ctx, rawRequest(request));
      if (signer === null || 'status' in signer || signer.suspended)
        return reply.code(401).send({ error: 'This list is for signed requests' });
      const { id } = request.params;
      const document = await followersThereDocument(ctx, id, signer.accountUri, request.query.after);
      if (document === null) return reply.code(404).send({ error: 'Not Found' });
      return sendActivity(reply, 200, JSON.stringify(document), false);
    },
  );
  app.get<{ Params: { id: string } }>('/ap/emojis/:id', async (request, reply) => {
    const emoji = await findEmoji(ctx, request.params.id);
    if (emoji === null || emoji.disabled) return reply.code(404).send({ error: 'Not Found' });
    return sendActivity(reply, 200, JSON.stringify(emojiDocument(ctx.config, emoji)), true);
  });
  app.get('/ap/*', async (request, reply) => {
    reply.header('vary', variesByReader);
    if (!wantsPage(request.headers.accept)) return sendDocument(ctx, dispatcher, request, reply);
    const page = await pageOf(ctx, request.url);
    return page === null ? reply.code(404).send({ error: 'Not Found' }) : reply.redirect(page, 302);
  });
}

const nobody: Reading['reader'] = () => Promise.resolve(null);

/** Asks the library. It is told our own address, whatever the Host header says, and nothing of the request but its path and `Accept`. */
async function ask(
  ctx: AppContext,
  dispatcher: ReturnType<typeof createDispatcher>,
  path: string,
  accept: string | undefined,
  reader: Reading['reader'],
): Promise<Response> {
  const request = new Request(new URL(path, ctx.config.origin), { headers: accept === undefined ? {} : { accept } });
  const none = (): Response => Response.json({ error: 'Not Found' }, { status: 404 });
  return dispatcher.fetch(request, {
    contextData: { ctx, reader },
    onNotFound: none,
    onNotAcceptable: none,
    onUnauthorized: none,
  });
}

/** An ActivityPub document. What everybody may read is kept as text until it changes; for the rest it matters who signed. */
async function sendDocument(
  ctx: AppContext,
  dispatcher: ReturnType<typeof createDispatcher>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const name = fragmentOf(request.url);
  const kept = name === null ? undefined : await keptDocument(ctx, name);
  if (kept !== undefined) return sendActivity(reply, 200, kept, true);
  const { promise, resolve } = Promise.withResolvers<void>();
  const documents = beingWritten(ctx);
  if (name !== null) documents.set(name, promise);
  // Nobody waits for what depends on who asks.
  const letGo = (): void => {
    if (name !== null && documents.get(name) === promise) documents.delete(name);
    resolve();
  };
  try {
    return await writeDocument(ctx, dispatcher, request, reply, { name, onPersonal: letGo });
  } finally {
    letGo();
  }
}

const written = new WeakMap<object, Map<string, Promise<void>>>();

/** The documents that are being written at this moment, by name. */
function beingWritten(ctx: AppContext): Map<string, Promise<void>> {
  const documents = written.get(ctx.fragments) ?? new Map<string, Promise<void>>();
  written.set(ctx.fragments, documents);
  return documents;
}

/** A document that is kept, or is about to be: a post that thousands ask for at once is written once. */
async function keptDocument(ctx: AppContext, name: string): Promise<string | undefined> {
  const kept = ctx.fragments.get(name);
  const writing = kept === undefined ? beingWritten(ctx).get(name) : undefined;
  if (writing === undefined) return kept;
  await writing;
  return ctx.fragments.get(name);
}

async function writeDocument(
  ctx: AppContext,
  dispatcher: ReturnType<typeof createDispatcher>,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, onPersonal }: { name: string | null; onPersonal: () => void },
): Promise<FastifyReply> {
  const since = ctx.fragments.mark();
  let isPersonal = false;
  const reader = (): Promise<string | null> => {
    isPersonal = true;
    onPersonal();
    return readerOf(ctx, request);
  };
  const response = await ask(ctx, dispatcher, request.raw.url ?? '/', activityJson, reader);
  if (!isActivity(response))
    return reply.code(404).header('cache-control', 'private, no-store').send({ error: 'Not Found' });
  const { status, body } = plainDocument(response.status, await response.text());
  if (name !== null && status === 200 && !isPersonal) ctx.fragments.set(name, body, since);
  return sendActivity(reply, status, body, !isPersonal);
}

/** Where a program finds WebFinger when it knows no better. */
function hostMeta(app: App, ctx: AppContext): void {
  const template = `${ctx.config.origin}/.well-known/webfinger?resource={uri}`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" template="${template}"/></XRD>\n`;
  app.get('/.well-known/host-meta', (_request, reply) => reply.type('application/xrd+xml').send(xml));
  app.get('/.well-known/host-meta.json', (_request, reply) =>
    reply.type('application/json').send({ links: [{ rel: 'lrdd', type: 'application/jrd+json', template }] }),
  );
}

/** The account that signed a GET, when it is one of another server that we can make out. */
async function readerOf(ctx: AppContext, request: FastifyRequest): Promise<string | null> {
  const admitted = admittedReader(request);
  if (admitted !== null) return admitted;
  if (request.headers.signature === undefined || isShutOut(ctx, request.headers)) return null;
  const signer = await findSigner(ctx, rawRequest(request));
  return 'status' in signer || signer.suspended ? null : signer.accountId;
}

/** True when a person's browser asks: it takes HTML and does not say that it would rather have ActivityPub. */
function wantsPage(accept: string | undefined): boolean {
  return accept !== undefined && accept.includes('text/html') && !/application\/(?:activity|ld)\+json/iu.test(accept);
}

/** The page that shows what a document is about. */
async function pageOf(ctx: AppContext, url: string): Promise<string | null> {
  const [, kind, id] = /^\/ap\/(users|posts)\/([1-9]\d{0,17})(?:[/?].*)?$/u.exec(url) ?? [];
  if (id === undefined) return null;
  if (kind === 'posts') return (await findVisiblePost(ctx, null, id))?.url ?? null;
  const account = await findAccount(ctx, id);
  return account !== null && account.domain === null ? account.url : null;
}

/** Under which name a document that all may read is kept; null for what changes by itself. */
function fragmentOf(url: string): string | null {
  const [, kind, id] = /^\/ap\/(users|posts)\/([1-9]\d{0,17})$/u.exec(url) ?? [];
  if (id === undefined) return null;
  return kind === 'posts' ? noteFragment(id) : actorFragment(id);
}

function isActivity(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').startsWith(activityJson);
}

/** A deleted object answers 410. Collections need no @context but the first: each item brings its own. */
function plainDocument(status: number, text: string): { status: number; body: string } {
  const json = JSON.parse(text) as Json; // what the dispatcher has just written
  const type = asText(json['type']) ?? '';
  if (type === 'Tombstone') return { status: 410, body: text };
  if (!/^(?:Ordered)?Collection(?:Page)?$/u.test(type)) return { status, body: text };
  const { '@context': _context, ...collection } = json;
  const items = type.endsWith('Page') ? { orderedItems: [], ...collection } : collection;
  return { status, body: JSON.stringify({ '@context': activityStreams, ...items }) };
}

/** As bytes, so that nothing adds a parameter to the type: some readers compare it letter by letter. */
function sendActivity(reply: FastifyReply, status: number, body: string, isOpen: boolean): FastifyReply {
  reply.header('cache-control', isOpen && status === 200 ? 'public, max-age=60' : 'private, no-store');
  return reply.code(status).type(activityJson).send(Buffer.from(body));
}
