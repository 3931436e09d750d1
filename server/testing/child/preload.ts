// Loaded into a server's process before its own code: names that end in `.test` lead to this machine, and the clock can be
// set from outside (a message `{ clockMs }`, in ms from now). Its own code is not touched.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const { lookup } = dns.promises;
const here = [{ address: '127.0.0.1', family: 4 }];
const isOurs = (name: string): boolean => name.endsWith('.test');
Object.assign(dns.promises, {
  lookup: async (name: string, options: object) => (isOurs(name) ? here : lookup(name, options)),
});
syncBuiltinESMExports();

let movedMs = 0;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...parts: ConstructorParameters<typeof Date> | []) {
    super(...((parts.length === 0 ? [RealDate.now() + movedMs] : parts) as ConstructorParameters<typeof Date>));
  }

  static override now(): number {
    return RealDate.now() + movedMs;
  }
} as DateConstructor;

process.on('message', (message: { clockMs?: number }) => {
  if (message.clockMs === undefined) return;
  movedMs = message.clockMs;
  process.send?.({ clockMs: movedMs });
});
// The channel alone must not keep the process alive.
process.channel?.unref();
