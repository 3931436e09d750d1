// The cache port: short-lived values and counters. Losing all of it at any moment costs time, never truth.

export interface Counted {
  count: number;
  /** Milliseconds until the window ends and the count begins anew. */
  resetMs: number;
}

export interface Cache {
  /** The text under `key`, or null when there is none or it has expired. */
  get(key: string): Promise<string | null>;
  /** Keeps `value` for `ttlMs`. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Keeps `value` only if nothing is there; true when it was kept. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Adds 1 to a counter whose window of `windowMs` begins with its first count. */
  count(key: string, windowMs: number): Promise<Counted>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
