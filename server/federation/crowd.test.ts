// A crowd at the gate is stored before it is looked at, for a second; then both go on beside each other.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchCrowd, type Crowd } from './crowd.ts';

let over = 0;
let crowd: Crowd;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.advanceTimersByTime(10_000);
  over = 0;
  crowd = watchCrowd(() => (over += 1));
});
afterEach(() => void vi.useRealTimers());

const come = (many: number): void => {
  for (let one = 0; one < many; one += 1) crowd.enter();
};
const go = (many: number): void => {
  for (let one = 0; one < many; one += 1) crowd.leave();
};

test('a few at once take nothing from others', () => {
  come(4);
  expect(crowd.share()).toBe(1);
  go(4);
  vi.advanceTimersByTime(1000);
  expect({ share: crowd.share(), over }).toEqual({ share: 1, over: 0 });
});

test('while many come nothing else is begun, and when they are gone all of it is', () => {
  come(5);
  expect(crowd.share()).toBe(0);
  go(5);
  // The next of them may be on their way.
  expect({ share: crowd.share(), over }).toEqual({ share: 0, over: 0 });
  vi.advanceTimersByTime(50);
  expect({ share: crowd.share(), over }).toEqual({ share: 1, over: 1 });
});

test('a crowd that stays holds up the others for a second, then it leaves them a share', () => {
  come(5);
  vi.advanceTimersByTime(999);
  expect(crowd.share()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(crowd.share()).toBe(0.25);
  vi.advanceTimersByTime(60_000);
  expect({ share: crowd.share(), over }).toEqual({ share: 0.25, over: 0 });
  go(5);
  vi.advanceTimersByTime(50);
  expect({ share: crowd.share(), over }).toEqual({ share: 1, over: 1 });
});

test('crowds that come one after the other do not hold them up all the time', () => {
  const shares: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    come(5);
    shares.push(crowd.share());
    go(5);
    vi.advanceTimersByTime(900);
  }
  // At 0, 0.9, 1.8 and 2.7 seconds.
  expect(shares).toEqual([0, 0, 0.25, 0]);
});
