// The part of autocannon that the bench uses; the package brings no types.
declare module 'autocannon' {
  interface Request {
    method: 'GET' | 'POST';
    path: string;
    headers: Record<string, string>;
    body?: string;
  }
  interface Client {
    setRequests(requests: Request[]): void;
  }
  interface Options {
    url: string;
    connections: number;
    /** Seconds. */
    duration?: number;
    /** Ends after so many answers instead. */
    amount?: number;
    timeout?: number;
    setupClient?: (client: Client) => void;
  }
  interface Result {
    errors: number;
    timeouts: number;
    non2xx: number;
    '4xx': number;
  }
  interface Instance extends Promise<Result> {
    /** `ms` is the time from the request to the end of its answer. */
    on(event: 'response', heard: (client: Client, status: number, bytes: number, ms: number) => void): void;
  }
  export type { Client, Request };
  export default function autocannon(options: Options): Instance;
}
