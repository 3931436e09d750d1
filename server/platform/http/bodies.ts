// Reading what clients send: JSON, forms and multipart, with Rails-style keys, and queries merged under the body of a write.
import multipart from '@fastify/multipart';
import type { Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parse } from 'qs';
import { Failure, Invalid } from '#server/platform/errors.ts';
import { beginUploads, tooLarge, type UploadRule } from './uploads.ts';

/** A file of a multipart body, in memory: the route's limit is the app's `fileBytes`. */
export interface UploadedFile {
  filename: string;
  mimetype: string;
  content: Buffer;
}

declare module 'fastify' {
  interface FastifyRequest {
    uploads: Record<string, UploadedFile>;
  }
}

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const limits = { fileBytes: 16 * 1024 * 1024, files: 8, fields: 1000, fieldBytes: 1024 * 1024 };

/** `a[]=1&a[]=2`, `a[0]=1`, `a[b]=c` and `a[][k]=v` as lists and objects. Never touches prototypes. */
export function parseKeys(text: string): Record<string, unknown> {
  return parse(numberRows(text), { depth: 6, arrayLimit: 1000, parameterLimit: 2000, ignoreQueryPrefix: true });
}

/** `a[][k]=1&a[][l]=2&a[][k]=3` as `a[0][k]=1&a[0][l]=2&a[1][k]=3`: a key that comes again begins the next row. */
function numberRows(text: string): string {
  if (!/(?:\[|%5B)(?:\]|%5D)(?:\[|%5B)/i.test(text)) return text;
  const rows = new Map<string, { index: number; seen: Set<string> }>();
  const number = (pair: string): string => {
    const [written = ''] = pair.split('=', 1);
    const name = written.replaceAll(/%5B/gi, '[').replaceAll(/%5D/gi, ']');
    const at = name.indexOf('[][');
    if (at === -1) return pair;
    const [list, member] = [name.slice(0, at), name.slice(at + 2)];
    const row = rows.get(list) ?? { index: 0, seen: new Set() };
    rows.set(list, row);
    if (row.seen.has(member) && !member.endsWith('[]')) {
      row.index += 1;
      row.seen.clear();
    }
    row.seen.add(member);
    return `${list}[${row.index}]${member}${pair.slice(written.length)}`;
  };
  return text.split('&').map(number).join('&');
}

/** Registers the body parsers of the API. What has raw bodies (inboxes) lives in a scope of its own. */
export async function readBodies(app: FastifyInstance): Promise<void> {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, {});
    else void parseJson(request, body.toString(), done);
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => parseKeys(body),
  );
  await app.register(multipart, {
    limits: { fileSize: limits.fileBytes, files: limits.files, fields: limits.fields, fieldSize: limits.fieldBytes },
  });
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) =>
    parseUnlabelled(body),
  );
  app.decorateRequest('uploads');
  app.decorateRequest('storedUploads');
  app.decorateRequest('closed', null);
  app.addHook('preValidation', async (request, reply) => {
    request.uploads = {};
    request.storedUploads = {};
    if (!writes.has(request.method)) return;
    const body = request.isMultipart() ? await readMultipart(request, reply) : request.body;
    if (Array.isArray(body)) return;
    request.body = { ...(request.query as object), ...(body as object | null | undefined) };
  });
}

/** A body without a usable content type: JSON if it looks like it, else a form. */
function parseUnlabelled(body: string): Record<string, unknown> {
  if (!/^\s*\{/.test(body)) return parseKeys(body);
  try {
    const value: unknown = JSON.parse(body, (key, item: unknown) =>
      key === '__proto__' || key === 'constructor' ? undefined : item,
    );
    return value as Record<string, unknown>;
  } catch (cause) {
    throw new Invalid('The request body is not valid JSON', { cause });
  }
}

/** The fields of a multipart body. Files go to memory, or to the disk where the route has a rule for them. */
async function readMultipart(request: FastifyRequest, reply: FastifyReply): Promise<Record<string, unknown>> {
  const rule = request.routeOptions.config.uploads;
  const uploads = rule && beginUploads(request, reply, rule);
  const pairs: string[] = [];
  try {
    for await (const part of request.parts(rule ? { limits: { fileSize: rule.maxBytes } } : {})) {
      if (part.type === 'field') pairs.push(`${encodeKey(part.fieldname)}=${encodeURIComponent(String(part.value))}`);
      else if (uploads) await uploads.store(part.fieldname, part.file);
      else await keepInMemory(request, part);
    }
  } catch (cause) {
    // What still comes is read and thrown away: a client that cannot go on sending does not get to read why.
    request.raw.unpipe();
    request.raw.resume();
    await uploads?.close();
    if (cause instanceof Failure) throw cause;
    throw describeMultipartFault(cause, rule);
  }
  return parseKeys(pairs.join('&'));
}

async function keepInMemory(request: FastifyRequest, part: Extract<Multipart, { type: 'file' }>): Promise<void> {
  const content = await part.toBuffer();
  if (content.length === 0 && part.filename === '') return;
  request.uploads[part.fieldname] = { filename: part.filename, mimetype: part.mimetype, content };
}

function encodeKey(name: string): string {
  return encodeURIComponent(name).replaceAll('%5B', '[').replaceAll('%5D', ']');
}

function describeMultipartFault(cause: unknown, rule: UploadRule | undefined): Invalid {
  const code = (cause as { code?: unknown }).code;
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge(rule?.maxBytes ?? limits.fileBytes);
  const isLimit = typeof code === 'string' && code.endsWith('_LIMIT');
  return new Invalid(isLimit ? 'The form has too many parts' : 'The multipart body could not be read', { cause });
}
