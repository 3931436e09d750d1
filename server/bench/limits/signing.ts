// What no delivery can do without: RSA-2048 signing on the runtime's threads, with as many under way as the courier has
// deliveries; and the same with sending it, by the bare client that the courier uses.
import { createPrivateKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { Agent } from 'undici';
import { answerParent } from '../processes.ts';

export interface SigningQuestion {
  privateKey: string;
  count: number;
  inFlight: number;
  /** Sends what is signed to these in turn; default: only signs. */
  inboxes?: readonly string[];
}

const signOnThreads = promisify(sign);
const agent = new Agent({ keepAliveTimeout: 60_000 });
/** Bytes of what is sent: some lines of a post with what stands around them. */
const body = Buffer.alloc(2000, 'x');

async function send(inbox: string, signature: Buffer): Promise<void> {
  const { origin, pathname } = new URL(inbox);
  const headers = {
    'content-type': 'application/activity+json',
    date: new Date().toUTCString(),
    digest: 'SHA-256=none',
    signature: `keyId="none",signature="${signature.toString('base64')}"`,
  };
  const answer = await agent.request({ origin, path: pathname, method: 'POST', headers, body });
  await answer.body.dump();
}

answerParent<SigningQuestion>(async ({ privateKey, count, inFlight, inboxes = [] }) => {
  const key = createPrivateKey(privateKey);
  const start = performance.now();
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      const inbox = inboxes[started % inboxes.length];
      const signature = await signOnThreads(
        'sha256',
        Buffer.from(`(request-target): post /inbox\nhost: host-${started}.example\ndate: now\ndigest: SHA-256=none`),
        key,
      );
      if (inbox !== undefined) await send(inbox, signature);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { ms: performance.now() - start };
});
process.send?.('ready');
