// Signing alone: RSA-2048 on the runtime's threads, with as many under way as the courier has deliveries.
import { createPrivateKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { answerParent } from '../processes.ts';

export interface SigningQuestion {
  privateKey: string;
  count: number;
  inFlight: number;
}

const signOnThreads = promisify(sign);

answerParent<SigningQuestion>(async ({ privateKey, count, inFlight }) => {
  const key = createPrivateKey(privateKey);
  const start = performance.now();
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      await signOnThreads(
        'sha256',
        Buffer.from(`(request-target): post /inbox\nhost: host-${started}.example\ndate: now\ndigest: SHA-256=none`),
        key,
      );
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { ms: performance.now() - start };
});
process.send?.('ready');
