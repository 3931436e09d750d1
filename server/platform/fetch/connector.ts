// Opens connections, only to addresses that the policy allows: names are resolved here, every address is checked before a
// socket is made, and the socket's other end is checked again once it is connected.
import { lookup as dnsLookup } from 'node:dns/promises';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { callbackify } from 'node:util';
import { LRUCache } from 'lru-cache';
import { buildConnector } from 'undici';
import { FetchFailure } from './failure.ts';

const CACHED_NAMES = 5_000;
const FOUND_TTL_MS = 60_000;
const MISSING_TTL_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Resolves a host name to all its addresses. */
export type ResolveName = (hostname: string) => Promise<LookupAddress[]>;

export interface ConnectorOptions {
  isAllowedAddress: (address: string) => boolean;
  resolve?: ResolveName | undefined;
  clock: () => Date;
  /** PEM of a certificate authority to trust besides the known ones. */
  ca?: string | undefined;
}

/** An undici connector that refuses with `blocked_private` whatever leads to a forbidden address. */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const { isAllowedAddress } = options;
  const resolve = rememberNames(options.resolve ?? ((hostname) => dnsLookup(hostname, { all: true })), options.clock);
  const connect = buildConnector({
    allowH2: false,
    timeout: CONNECT_TIMEOUT_MS,
    lookup: checkedLookup(resolve, isAllowedAddress),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  } as buildConnector.BuildOptions); // its types are a union in which `lookup` and `ca` cannot stand together

  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/gu, '');
    if (isIP(host) !== 0 && !isAllowedAddress(host)) {
      callback(blocked(host), null);
      return;
    }
    connect(target, (...result) => {
      const [error, socket] = result;
      if (error !== null) return callback(error, null);
      // A check of last resort: whatever way the connection was made, this is where it went.
      if (socket.remoteAddress === undefined || !isAllowedAddress(socket.remoteAddress)) {
        socket.destroy();
        return callback(blocked(host), null);
      }
      return callback(null, socket);
    });
  };
}

/** The failure for an address or name that leads where we do not go. */
export function blocked(host: string): FetchFailure {
  return new FetchFailure('blocked_private', `${host} is not on the public internet`);
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** A `lookup` for `net.connect`. One forbidden address among many is enough to refuse the name. */
function checkedLookup(resolve: ResolveName, isAllowedAddress: (address: string) => boolean) {
  const resolveChecked = async (hostname: string): Promise<[LookupAddress, ...LookupAddress[]]> => {
    const [first, ...others] = await resolve(hostname);
    if (first === undefined) throw new FetchFailure('dns', `${hostname} has no address`);
    if (![first, ...others].every(({ address }) => isAllowedAddress(address))) throw blocked(hostname);
    return [first, ...others];
  };
  // `net.connect` takes several addresses (`all`) or one.
  const answerAll = callbackify(resolveChecked);
  return (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    answerAll(hostname, (error, addresses) => {
      if (error !== null) callback(error, []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, addresses[0].address, addresses[0].family);
    });
  };
}

/** Keeps answers for a short while: resolving takes a thread of the few that signing and files need too. */
function rememberNames(resolve: ResolveName, clock: () => Date): ResolveName {
  const known = new LRUCache<string, Promise<LookupAddress[]>>({
    max: CACHED_NAMES,
    ttl: FOUND_TTL_MS,
    ttlResolution: 0,
    perf: { now: () => clock().getTime() },
  });
  return (hostname) => {
    const cached = known.get(hostname);
    if (cached !== undefined) return cached;
    const answer = resolve(hostname);
    known.set(hostname, answer);
    answer.catch(() => known.set(hostname, answer, { ttl: MISSING_TTL_MS }));
    return answer;
  };
}
