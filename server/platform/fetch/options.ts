// What the way out is opened with, and what one request may want besides the usual.
import type { LookupAddress } from 'node:dns';

export interface SafeFetchOptions {
  /** Lets requests go to this machine and its neighbours, on any port. For tests and closed networks only. */
  allowPrivateAddresses: boolean;
  userAgent: string;
  clock?: () => Date;
  /** Requests under way at once, in all (64) and to one origin (2); and how many may wait for their turn (20,000). */
  maxInFlight?: number;
  maxPerOrigin?: number;
  maxWaiting?: number;
  /** Deliveries under way at once, in all (192). */
  maxDeliveries?: number;
  /** Downloads under way at once, in all (16) and from one origin (4). */
  maxDownloads?: number;
  maxDownloadsPerOrigin?: number;
  /** PEM of a certificate authority to trust besides the known ones. */
  ca?: string;
  /** Resolves host names, in place of the system's way. */
  resolve?: (hostname: string) => Promise<LookupAddress[]>;
  /** Replaces the rules about addresses and ports, so that tests can call one loopback address public and another private. */
  policy?: { isAllowedAddress: (address: string) => boolean; isAllowedPort: (port: number) => boolean };
  /** Whether a host is not asked at all; `isFederated` for what servers say to each other. */
  isRefused?: (host: string, isFederated: boolean) => boolean;
}

export interface FetchOptions {
  /** GET unless said otherwise. */
  method?: string;
  headers?: Record<string, string | undefined>;
  body?: string | Uint8Array;
  /** The `Accept` header. */
  accept?: string;
  /** Most bytes of body, on the wire and unpacked: 1 MiB unless said otherwise. */
  maxBytes?: number;
  /** Keeps the first `maxBytes` of a longer body, where else it fails as `too_large`: for pages of which the beginning is enough. */
  cut?: boolean;
  /** Time for all of it with its redirects, from the moment it is its turn: 10,000 ms unless said otherwise. A turn that does not come in as long fails as `busy`. */
  timeoutMs?: number;
  /** 3 unless said otherwise. */
  maxRedirects?: number;
  /** What a redirect does: is followed (the default), or fails as `redirects`. */
  redirect?: 'follow' | 'error';
  /**
   * Takes its turn among deliveries: however many of these are kept waiting, they keep back nobody who asks for something. Of the answer
   * only status and headers count: its body is let pass.
   */
  isDelivery?: boolean;
  /** It is what servers say to each other, and no page or file: also refused where only listed servers count. */
  isFederated?: boolean;
  /**
   * Called before a redirect is followed; what it returns is added to the headers of the next request. Signatures and
   * credentials made for the first address are never sent on, so whoever signs signs again here.
   */
  onRedirect?: (next: RedirectedRequest) => Record<string, string> | Promise<Record<string, string>>;
  signal?: AbortSignal;
}

export interface RedirectedRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

/** What a download takes besides; a body of its own it does not send. */
export interface DownloadOptions extends Omit<FetchOptions, 'method' | 'body'> {
  /** The file of this machine that is made of the body; there must be none yet. Only an answer with status 200 makes one. */
  path: string;
  /** Ends as `timeout` what comes slower, on average, once it has had `afterMs`. */
  pace?: { bytesPerSecond: number; afterMs: number };
}
