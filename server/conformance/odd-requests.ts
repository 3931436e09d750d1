// Requests that no sane client sends: odd values in every place of a door and in every form of body, broken bodies, odd headers.
import fc from 'fast-check';
import type { Door } from './doors.ts';
import { encode, toForm, toMultipart } from './forms.ts';
import { objectFor, oddText, oddValue, type JsonSchema, type Known } from './odd-values.ts';

/** A request as it goes over the wire. The path is ready to send; it may be nonsense. */
export interface OddRequest {
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
}

type Sent = Pick<OddRequest, 'headers' | 'body'>;

const typed = (type: string, content: string | Buffer): Sent => ({
  headers: { 'content-type': type },
  body: Buffer.from(content),
});
const json = (content: unknown): Sent => typed('application/json', JSON.stringify(content) ?? '');

const files = fc.record({
  name: fc.constantFrom('avatar', 'header', 'file', '__proto__'),
  content: fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.from('\u0089PNG\r\n\u001a\n and then nothing', 'latin1')),
    fc.constant(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')),
  ),
  type: fc.constantFrom('image/png', 'image/svg+xml', 'text/html', 'nonsense'),
});

const wrongTypes = [
  'text/plain',
  'image/png',
  'application/xml',
  'application/activity+json',
  'nonsense',
  'multipart/form-data',
  'multipart/form-data; boundary=other',
  'application/json; charset=latin9',
];
const brokenJson = [
  '',
  '{',
  '{"a":',
  '[1,',
  '"',
  'null',
  '{"__proto__":{"x":1}}',
  '{"a":{"constructor":{"prototype":{}}}}',
  '{"a":1,"a":2}',
  '\ufeff{}',
  '\0',
  '['.repeat(20_000),
];

/** What to bring to a door so that it opens; requests are spoilt from there. */
export interface Good {
  known: Known;
  address: string;
  sample(unique: string): Record<string, unknown>;
}

/** A body that would do but for a key or two. */
function spoilt(schema: JsonSchema, good: Good): fc.Arbitrary<Record<string, unknown>> {
  const keys = Object.keys(schema.properties ?? {});
  const changes = fc.dictionary(fc.constantFrom('extra', ...keys), oddValue(good.known), { maxKeys: 2 });
  return fc.tuple(fc.nat(), changes).map(([unique, change]) => ({ ...good.sample(`odd${unique}`), ...change }));
}

function bodies(door: Door, good: Good): fc.Arbitrary<Sent> {
  const { known } = good;
  // The schema of a route is JSON; only the keys that JsonSchema names are read.
  const schema = (door.schema.body ?? {}) as JsonSchema;
  const value = fc.oneof(
    { arbitrary: spoilt(schema, good), weight: 3 },
    { arbitrary: objectFor(schema, known), weight: 2 },
  );
  return fc.oneof(
    { arbitrary: value.map(json), weight: 6 },
    { arbitrary: value.map((content) => typed('application/x-www-form-urlencoded', toForm(content))), weight: 3 },
    {
      arbitrary: fc
        .tuple(value, fc.option(files))
        .map(([content, file]) => typed('multipart/form-data; boundary=odd', toMultipart(content, file))),
      weight: 3,
    },
    { arbitrary: oddValue(known).map(json), weight: 1 },
    {
      arbitrary: fc
        .tuple(value, fc.constantFrom(...wrongTypes))
        .map(([content, type]) => typed(type, JSON.stringify(content))),
      weight: 2,
    },
    { arbitrary: fc.constantFrom(...brokenJson).map((text) => typed('application/json', text)), weight: 2 },
    {
      arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => typed('application/json', Buffer.from(bytes))),
      weight: 1,
    },
    { arbitrary: fc.constant<Sent>({ headers: {}, body: null }), weight: 1 },
  );
}

const headerNames = [
  'accept',
  'idempotency-key',
  'origin',
  'sec-fetch-site',
  'cookie',
  'if-none-match',
  'range',
  'accept-encoding',
  'x-forwarded-for',
  'user-agent',
];
const headerValues = [
  '0',
  'a',
  '*/*',
  'text/html',
  'Bearer',
  'Basic !!!',
  'Basic YTpi',
  'null',
  'y'.repeat(300),
  'gzip',
  'application/activity+json',
  'http://elsewhere.example',
  'cross-site',
  'rookery_session=x',
  'rookery_session=%00; a=%zz',
];
const headers = fc.dictionary(fc.constantFrom(...headerNames), fc.constantFrom(...headerValues), { maxKeys: 2 });

const brokenQueries = [
  'limit=%',
  'a[b[c]=1',
  'limit[]=1&limit[a]=2',
  '[]=1',
  '=',
  '&&&',
  'max_id[__proto__][x]=1',
  `a${'[b]'.repeat(300)}=1`,
  'a[][b]=1&'.repeat(300),
  'id[]='.repeat(900),
];

/** Everything odd that can be sent to a door. */
export function oddRequests(door: Door, good: Good): fc.Arbitrary<OddRequest> {
  const { known } = good;
  const [goodPath = '', goodQuery = ''] = good.address.split('?');
  const places = door.path.split('/').filter((part) => part.startsWith(':') || part === '*');
  const segment = oddText(known).map((text) => (text.startsWith('%') ? text : encode(text)).slice(0, 4000));
  const filled = fc.tuple(...places.map(() => segment)).map((values) => {
    let place = 0;
    return door.path.replaceAll(/:\w+|\*/g, () => values[place++] ?? '');
  });
  const query = objectFor((door.schema.querystring ?? {}) as JsonSchema, known).map((value) =>
    toForm(value).slice(0, 9000),
  );
  const queries = fc.oneof(
    { arbitrary: query, weight: 4 },
    { arbitrary: query.map((more) => `${goodQuery}&${more}`), weight: 2 },
    { arbitrary: fc.constantFrom(...brokenQueries), weight: 1 },
    { arbitrary: fc.constant(goodQuery), weight: 2 },
  );
  const hasBody = door.method !== 'GET' && door.method !== 'HEAD';
  const body = hasBody ? bodies(door, good) : fc.constant<Sent>({ headers: {}, body: null });
  const paths = fc.oneof(filled, fc.constant(goodPath));
  return fc.tuple(paths, queries, body, headers).map(([path, search, sent, more]) => ({
    path: search === '' ? path : `${path}?${search}`,
    headers: { ...more, ...sent.headers },
    body: sent.body,
  }));
}
