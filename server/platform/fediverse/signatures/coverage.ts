// All that can be judged about a signature without its key: what it covers, when it was made, by which algorithm, and
// whether the body is the one it speaks of. Cheap, and done before any key is fetched.
import { checkDigests } from './digest.ts';
import { parseSignatures, type ParsedSignature } from './parse.ts';
import { bringsBody, headerValue, plainHost, refuse, type Refusal, type SignedRequest } from './request.ts';

const TIME_WINDOW_SECONDS = 3600;

const CAVAGE_ALGORITHMS: ReadonlySet<string> = new Set(['rsa-sha256', 'rsa-sha512', 'hs2019', 'ed25519']);
const RFC9421_ALGORITHMS: ReadonlySet<string> = new Set(['rsa-v1_5-sha256', 'ed25519']);

/**
 * The signatures of a request that could be valid, or why none could: nothing covered that must be (target, host and
 * date or time, and the digest of a body), out of time, an unknown algorithm, another host, a digest that is wrong or weak.
 */
export function checkSignatures(request: SignedRequest): { ok: true; signatures: ParsedSignature[] } | Refusal {
  const parsed = parseSignatures(request.headers);
  if (!parsed.ok) return parsed;
  const refusal = checkHost(request) ?? checkBody(request);
  if (refusal !== null) return refusal;
  const signatures: ParsedSignature[] = [];
  let firstRefusal: Refusal | null = null;
  for (const signature of parsed.signatures) {
    const why = signature.scheme === 'cavage' ? checkCavage(request, signature) : checkRfc9421(request, signature);
    if (why === null) signatures.push(signature);
    else firstRefusal ??= why;
  }
  return signatures.length === 0 && firstRefusal !== null ? firstRefusal : { ok: true, signatures };
}

function checkHost(request: SignedRequest): Refusal | null {
  if (request.expectedHosts === undefined) return null;
  const protocols = request.protocol === undefined ? (['https', 'http'] as const) : [request.protocol];
  const host = headerValue(request.headers, 'host') ?? '';
  const isOurs = protocols.some((protocol) =>
    request.expectedHosts?.some((expected) => plainHost(expected, protocol) === plainHost(host, protocol)),
  );
  return isOurs ? null : refuse(401, 'wrong_host');
}

function checkBody(request: SignedRequest): Refusal | null {
  const hasDigest =
    headerValue(request.headers, 'digest') !== null || headerValue(request.headers, 'content-digest') !== null;
  if (bringsBody(request.method) && !hasDigest) return refuse(401, 'missing_digest');
  return checkDigests(request.headers, request.rawBody);
}

function checkCavage(
  request: SignedRequest,
  { covered, algorithm, created, expires }: ParsedSignature,
): Refusal | null {
  if (algorithm !== null && !CAVAGE_ALGORITHMS.has(algorithm)) return refuse(401, 'unsupported_algorithm');
  if (!covered.includes('(request-target)')) return refuse(401, 'uncovered_target');
  // Asked of GET too: without it, a signature made for one server could be shown to another.
  if (!covered.includes('host')) return refuse(401, 'uncovered_host');
  if (!covered.includes('date') && !covered.includes('(created)')) return refuse(401, 'uncovered_date');
  if (bringsBody(request.method) && !covered.includes('digest')) return refuse(401, 'uncovered_digest');
  if (covered.some((name) => name.startsWith('(') && !CAVAGE_SPECIAL.has(name)))
    return refuse(401, 'unsupported_component');
  const usesTimes = covered.includes('(created)') || covered.includes('(expires)');
  // The draft forbids the two with algorithms that name themselves.
  if (usesTimes && algorithm !== null && algorithm !== 'hs2019') return refuse(401, 'unsupported_algorithm');
  if (covered.includes('(created)') && created === null) return refuse(400, 'malformed_date');
  if (covered.includes('(expires)') && expires === null) return refuse(400, 'malformed_date');
  const missing = covered.find((name) => !name.startsWith('(') && headerValue(request.headers, name) === null);
  if (missing !== undefined) return refuse(401, 'missing_header');
  return (covered.includes('date') ? checkDate(request) : null) ?? checkTimes(request, created, expires);
}

const CAVAGE_SPECIAL: ReadonlySet<string> = new Set(['(request-target)', '(created)', '(expires)']);

function checkRfc9421(
  request: SignedRequest,
  { covered, algorithm, created, expires }: ParsedSignature,
): Refusal | null {
  if (algorithm !== null && !RFC9421_ALGORITHMS.has(algorithm)) return refuse(401, 'unsupported_algorithm');
  const unknown = covered.find(
    (name) => !(name.startsWith('@') ? RFC9421_DERIVED.has(name) : /^[a-z0-9!#$%&'*+.^_`|~-]+$/u.test(name)),
  );
  if (unknown !== undefined) return refuse(401, 'unsupported_component');
  if (!covered.includes('@method') || !coversTarget(request, covered)) return refuse(401, 'uncovered_target');
  if (!coversHost(covered)) return refuse(401, 'uncovered_host');
  if (bringsBody(request.method) && !covered.includes('content-digest')) return refuse(401, 'uncovered_digest');
  if (created === null) return refuse(401, 'uncovered_date');
  const missing = covered.find((name) => !name.startsWith('@') && headerValue(request.headers, name) === null);
  if (missing !== undefined) return refuse(401, 'missing_header');
  return checkTimes(request, created, expires);
}

const RFC9421_DERIVED: ReadonlySet<string> = new Set([
  '@method',
  '@target-uri',
  '@authority',
  '@scheme',
  '@request-target',
  '@path',
  '@query',
]);

function coversTarget(request: SignedRequest, covered: string[]): boolean {
  if (covered.includes('@target-uri') || covered.includes('@request-target')) return true;
  return covered.includes('@path') && (covered.includes('@query') || !request.path.includes('?'));
}

function coversHost(covered: string[]): boolean {
  return covered.includes('@target-uri') || covered.includes('@authority') || covered.includes('host');
}

// The one form of date that HTTP lets senders write.
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/u;

function checkDate(request: SignedRequest): Refusal | null {
  const text = headerValue(request.headers, 'date') ?? '';
  const time = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? refuse(401, 'malformed_date') : checkWindow(request, time / 1000);
}

function checkTimes(request: SignedRequest, created: number | null, expires: number | null): Refusal | null {
  if (expires !== null && expires * 1000 < request.now.getTime()) return refuse(401, 'expired');
  return created === null ? null : checkWindow(request, created);
}

function checkWindow(request: SignedRequest, seconds: number): Refusal | null {
  const isInside = Math.abs(request.now.getTime() / 1000 - seconds) <= TIME_WINDOW_SECONDS;
  return isInside ? null : refuse(401, 'outside_time_window');
}
