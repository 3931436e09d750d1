// Loaded into a server's process before its own code: names that end in `.test` lead to this machine (but `nxdomain.test` and
// `servfail.test` nowhere), the clock can be set from outside (a message `{ clockMs }`, in ms from now), and the process can be
// made to stand still (`{ blockMs }`). Its own code is not touched.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const { lookup } = dns.promises;
const here = [{ address: '127.0.0.1', family: 4 }];
const isOurs = (name: string): boolean => name.endsWith('.test');
/** What getaddrinfo says of names that are not there, and of name servers that are not well. */
const lost: Record<string, string> = { 'nxdomain.test': 'ENOTFOUND', 'servfail.test': 'EAI_AGAIN' };
Object.assign(dns.promises, {
  async lookup(name: string, options: object) {
    const code = lost[name];
    if (code !== undefined) throw Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code });
    return isOurs(name) ? here : lookup(name, options);
  },
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

process.on('message', (message: { clockMs?: number; blockMs?: number }) => {
  // Nothing else happens here meanwhile: no timer, no answer, no renewal.
  if (message.blockMs !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, message.blockMs);
  if (message.clockMs === undefined) return;
  movedMs = message.clockMs;
  process.send?.({ clockMs: movedMs });
});
// The channel alone must not keep the process alive.
process.channel?.unref();
