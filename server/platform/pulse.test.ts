// A process that stood still says so when it goes on.
import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMetrics } from './metrics.ts';
import { startPulse } from './pulse.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

test('a process that stood still is told of in the log and counted, one that is only busy is not', async () => {
  const lines: Array<{ level: number; seconds: number; msg: string }> = [];
  const metrics = openMetrics();
  let clockMs = 0;
  const stop = startPulse({
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    metrics,
    now: () => clockMs,
  });
  const beat = (lateMs: number): void => {
    clockMs += 1000 + lateMs;
    vi.advanceTimersByTime(1000);
  };
  beat(0);
  beat(4900);
  beat(0);
  expect(lines).toEqual([]);
  beat(40_000);
  beat(0);
  stop();
  expect(lines).toMatchObject([{ level: 50, seconds: 40, msg: expect.stringContaining('stood still') }]);
  expect((await metrics.stalls.get()).values).toMatchObject([{ value: 1 }]);
});
