// Why a fetch did not succeed, in words that retry logic and logs can act on.

/**
 * - `bad_url`: not an http(s) address that we would ask at all
 * - `blocked_private`, `blocked_port`: our policy forbids the address or the port
 * - `blocked_domain`: the staff blocked the host, or did not list it where only listed ones count
 * - `redirects`: too many, forbidden, to plain http, or to no usable address
 * - `too_large`: more bytes than the caller takes, before or after decompression
 * - `bad_response`: not HTTP, a broken or unknown encoding, or not JSON where JSON was asked for
 * - `timeout`, `dns`, `network`, `tls`: the other side could not be reached in time or at all
 * - `busy`: our own queue was full or too slow; says nothing about the other side
 * - `aborted`: the caller gave up · `closed`: this server is stopping
 */
export type FetchFailureReason =
  | 'bad_url'
  | 'blocked_private'
  | 'blocked_port'
  | 'blocked_domain'
  | 'redirects'
  | 'too_large'
  | 'bad_response'
  | 'timeout'
  | 'dns'
  | 'network'
  | 'tls'
  | 'busy'
  | 'aborted'
  | 'closed';

const RETRYABLE: ReadonlySet<FetchFailureReason> = new Set([
  'timeout',
  'dns',
  'network',
  'tls',
  'busy',
  'aborted',
  'closed',
]);
const FAULT_OF_HOST: ReadonlySet<FetchFailureReason> = new Set([
  'timeout',
  'dns',
  'network',
  'tls',
  'bad_response',
  'redirects',
  'too_large',
]);

/** No answer that can be used. `message` names the host but never the path, which may hold secrets. */
export class FetchFailure extends Error {
  readonly reason: FetchFailureReason;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Whether the other server, not this one, is to blame: counts towards its being taken for dead. */
  readonly faultOfHost: boolean;
  /** The status of the answer that was refused, if there was one. */
  readonly status: number | undefined;

  constructor(reason: FetchFailureReason, message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'FetchFailure';
    this.reason = reason;
    this.retryable = RETRYABLE.has(reason);
    this.faultOfHost = FAULT_OF_HOST.has(reason);
    this.status = options.status;
  }
}

const BY_CODE: Record<string, FetchFailureReason> = {
  ENOTFOUND: 'dns',
  ENODATA: 'dns',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'bad_response',
  HTTPParserError: 'bad_response',
  UND_ERR_INVALID_ARG: 'bad_url',
  EPROTO: 'tls',
  HOSTNAME_MISMATCH: 'tls',
  INVALID_CA: 'tls',
  INVALID_PURPOSE: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
};

const BY_PREFIX: ReadonlyArray<readonly [prefix: string, reason: FetchFailureReason]> = [
  ['EAI_', 'dns'],
  ['ERR_TLS', 'tls'],
  ['ERR_SSL', 'tls'],
  ['CERT_', 'tls'],
  ['CRL_', 'tls'],
  ['UNABLE_TO_', 'tls'],
  ['HPE_', 'bad_response'],
  ['Z_', 'bad_response'],
  ['ERR_BROTLI', 'bad_response'],
  ['ERR__ERROR_FORMAT', 'bad_response'],
];

/** Turns whatever the network threw into a `FetchFailure`; one that is already stays as it is. */
export function toFetchFailure(error: unknown, host: string): FetchFailure {
  if (error instanceof FetchFailure) return error;
  const first = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
  if (first instanceof FetchFailure) return first;
  const code = codeOf(first) ?? codeOf(error) ?? (first instanceof Error ? first.name : '');
  const reason = BY_CODE[code] ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'network';
  return new FetchFailure(reason, `${host}: ${code === '' || code === 'Error' ? 'the connection failed' : code}`, {
    cause: error,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
