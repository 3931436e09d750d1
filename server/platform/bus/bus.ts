// The bus port: what every process should hear at once, and nobody mourns if it was not listening.

export interface Bus {
  /** Sends `message` (JSON) to every listener of `channel` in every process, this one included. */
  publish(channel: string, message: unknown): Promise<void>;
  /** Calls back for each message; resolves to how to stop when the subscription stands. */
  subscribe(channel: string, heard: (message: unknown) => void): Promise<() => Promise<void>>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
