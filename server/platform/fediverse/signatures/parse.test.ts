// What is read of a request must go as the request goes: by the quick kind of garbage collection. The slow kind stops everybody.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { parseSignatures } from './parse.ts';

test('what was read out of headers is let go with them', async () => {
  setFlagsFromString('--expose-gc');
  // Safe: that is what the flag puts there.
  const collect = runInNewContext('gc') as (options: { type: 'major' | 'minor' }) => void;
  // So long that each has memory of its own.
  const bytes = 6000;
  const signature = `keyId="https://far.example/key",headers="date",signature="${Buffer.alloc(bytes).toString('base64')}"`;
  parseSignatures({ signature });
  // A server has run for a while: what it keeps for long is old.
  collect({ type: 'major' });
  collect({ type: 'major' });
  const before = process.memoryUsage().arrayBuffers;
  for (let request = 0; request < 20_000; request += 1) {
    parseSignatures({ signature });
    if (request % 100 === 99) {
      await new Promise((resolve) => setImmediate(resolve));
      collect({ type: 'minor' });
    }
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * bytes);
});
