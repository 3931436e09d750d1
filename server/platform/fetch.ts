// The one way out: everything that this server asks of the network goes through here, with the same limits on where it
// may lead, how long it may take, how much it may bring back and how much may be under way at once.
import { isPublicAddress } from './fetch/addresses.ts';
import { ACCEPTED_ENCODINGS, readBody, saveBody } from './fetch/body.ts';
import { keepPace, startDeadline, type Deadline } from './fetch/deadline.ts';
import { FetchFailure, toFetchFailure } from './fetch/failure.ts';
import type { DownloadOptions, FetchOptions, SafeFetchOptions } from './fetch/options.ts';
import type { FetchedResponse } from './fetch/response.ts';
import { firstRequest, follow, maxDiscardedBytes, openLane, type How, type Lane } from './fetch/send.ts';
import { parseTarget, type TargetPolicy } from './fetch/target.ts';

export { FetchFailure } from './fetch/failure.ts';
export type { FetchFailureReason } from './fetch/failure.ts';
export type { DownloadOptions, FetchOptions, SafeFetchOptions } from './fetch/options.ts';
export type { FetchedResponse } from './fetch/response.ts';

export interface Downloaded {
  status: number;
  headers: Record<string, string>;
  /** The address that answered, after redirects, without fragment. */
  url: string;
  /** Length of the file, unpacked. */
  bytes: number;
}

export interface SafeFetch {
  /** Sends one request and reads its answer; any status is an answer. @throws {FetchFailure} when there is none that can be used */
  fetch(url: string | URL, options?: FetchOptions): Promise<FetchedResponse>;
  /**
   * Reads an answer into a file, piece by piece. Downloads take turns among themselves, so that long ones keep back nobody who
   * asks for something short. @throws {FetchFailure} when there is no answer that can be used; then there is no file either
   */
  download(url: string | URL, options: DownloadOptions): Promise<Downloaded>;
  /** Whether that address may be asked at all, as far as can be told without asking for its name. @throws {FetchFailure} when not */
  check(url: string | URL): void;
  /** Refuses new requests, waits up to `graceMs` (5,000) for those under way, then cuts them. */
  close(graceMs?: number): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** Opens the way out. Connections are kept and used again for a few seconds; HTTP/1.1 only. */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const policies = { web: policyOf(options, false), federation: policyOf(options, true) };
  const asking = openLane(options, policies.web, options.maxInFlight ?? 64, options.maxPerOrigin ?? 2);
  const delivering = openLane(options, policies.web, options.maxDeliveries ?? 192, options.maxPerOrigin ?? 2);
  const loading = openLane(options, policies.web, options.maxDownloads ?? 16, options.maxDownloadsPerOrigin ?? 4);
  const underWay = new Set<Deadline>();

  async function run(lane: Lane, url: string | URL, settings: FetchOptions, how: How): Promise<FetchedResponse> {
    const policy = policies[settings.isFederated === true ? 'federation' : 'web'];
    const target = parseTarget(url, policy);
    const deadline = startDeadline(settings.timeoutMs ?? TIMEOUT_MS, settings.signal, target.host);
    underWay.add(deadline);
    try {
      const first = firstRequest(target, settings, { 'user-agent': options.userAgent, ...how.headers });
      return await follow(lane, policy, first, settings, { ...how, deadline });
    } catch (error) {
      throw deadline.failure() ?? toFetchFailure(error, target.host);
    } finally {
      deadline.end();
      underWay.delete(deadline);
    }
  }

  return {
    check: (url) => void parseTarget(url, policies.web),
    fetch: (url, settings = {}) =>
      run(settings.isDelivery === true ? delivering : asking, url, settings, {
        headers: { 'accept-encoding': ACCEPTED_ENCODINGS },
        read: settings.isDelivery === true ? readNothing : readAll,
      }),
    async download(url, settings) {
      let bytes = 0;
      const {
        status,
        headers,
        url: from,
      } = await run(loading, url, settings, {
        // What is shown and heard is packed already.
        headers: { 'accept-encoding': 'identity' },
        async read(...answered) {
          bytes = await save(settings, ...answered);
          return Buffer.alloc(0);
        },
      });
      return { status, headers, url: from, bytes };
    },
    async close(graceMs = 5_000) {
      for (const { slots } of [asking, delivering, loading]) slots.close();
      const cut = setTimeout(() => {
        for (const deadline of underWay) deadline.stop(new FetchFailure('closed', 'this server is stopping'));
      }, graceMs);
      await Promise.all([asking, delivering, loading].map(({ agent }) => agent.close()));
      clearTimeout(cut);
    },
  };
}

const readAll: How['read'] = (answer, received, request) => {
  const limits = { host: request.target.host, maxBytes: request.maxBytes, cut: request.cut };
  // An answer to HEAD announces the body that it does not have.
  return readBody(answer.body, request.method === 'HEAD' ? {} : received, limits);
};

/** Lets the body of an answer pass, so that its connection can be used again. */
const readNothing: How['read'] = async ({ body }, _received, _request, { signal }) => {
  await body.dump({ limit: maxDiscardedBytes, signal });
  return Buffer.alloc(0);
};

/** Writes the body of a good answer into the file; of others it reads no more than keeps the connection. Returns the length. */
async function save(
  { path, pace }: DownloadOptions,
  ...[answer, received, request, deadline]: Parameters<How['read']>
): Promise<number> {
  const { host } = request.target;
  if (answer.statusCode !== 200) {
    await readNothing(answer, received, request, deadline);
    return 0;
  }
  const walk = pace === undefined ? null : keepPace(pace, deadline, host);
  try {
    const onBytes = (bytes: number): void => walk?.note(bytes);
    return await saveBody(answer.body, received, { host, maxBytes: request.maxBytes, path, onBytes });
  } finally {
    walk?.end();
  }
}

function policyOf(options: SafeFetchOptions, isFederated: boolean): TargetPolicy {
  const everything = options.allowPrivateAddresses;
  return {
    isAllowedAddress: options.policy?.isAllowedAddress ?? (everything ? () => true : isPublicAddress),
    isAllowedPort: options.policy?.isAllowedPort ?? ((port) => everything || port === 80 || port === 443),
    allowsLocalNames: everything,
    isRefused: (host) => options.isRefused?.(host, isFederated) ?? false,
  };
}
