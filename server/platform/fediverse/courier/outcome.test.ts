// Which answer to a delivery means what: the table of retries, exactly.
import { describe, expect, it } from 'vitest';
import { FetchFailure, type FetchFailureReason } from '#server/platform/fetch.ts';
import { judgeAnswer, judgeFailure, readRetryAfter, retryGapsMs } from './outcome.ts';

const now = new Date('2026-11-21T12:00:00Z');
const first = { attempts: 0, now, random: 0.5 };
const minute = 60_000;

const judge = (status: number, headers: Record<string, string> = {}, attempts = 0) =>
  judgeAnswer({ status, headers }, { ...first, attempts });

describe('an answer', () => {
  it.each([200, 201, 202, 204])('%d is done', (status) => {
    expect(judge(status)).toMatchObject({ state: 'delivered', status, isHostFault: false });
  });

  it.each([400, 403, 404, 405, 406, 410, 413, 415, 422])('%d is final', (status) => {
    expect(judge(status)).toMatchObject({ state: 'failed', status, dueAt: null, isHostFault: false });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('%d is tried again', (status) => {
    expect(judge(status)).toMatchObject({
      state: 'waiting',
      dueAt: new Date(now.getTime() + minute),
      isHostFault: [502, 503, 504].includes(status),
    });
  });

  it('401 is tried once more, and then final', () => {
    expect(judge(401)).toMatchObject({ state: 'waiting' });
    expect(judge(401, {}, 1)).toMatchObject({ state: 'failed' });
  });

  it('the tries spread over about four days', () => {
    const gaps = retryGapsMs.map((_gap, attempts) => (judge(500, {}, attempts).dueAt?.getTime() ?? 0) - now.getTime());
    expect(gaps).toEqual([1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440].map((minutes) => minutes * minute));
    expect(judge(500, {}, retryGapsMs.length)).toMatchObject({ state: 'failed' });
  });

  it('the next try is up to a quarter earlier or later', () => {
    for (const random of [0, 1]) {
      const { dueAt } = judgeAnswer({ status: 500, headers: {} }, { attempts: 1, now, random });
      expect(dueAt).toEqual(new Date(now.getTime() + 5 * minute * (0.75 + random / 2)));
    }
  });

  it('says when to come back, and a pause is for all that goes there', () => {
    expect(judge(429, { 'retry-after': '120' })).toMatchObject({
      dueAt: new Date(now.getTime() + 2 * minute),
      pauseUntil: new Date(now.getTime() + 2 * minute),
      isHostFault: false,
    });
    expect(judge(503, { 'retry-after': 'Sat, 21 Nov 2026 12:10:00 GMT' })).toMatchObject({
      pauseUntil: new Date('2026-11-21T12:10:00Z'),
    });
    expect(judge(500, { 'retry-after': '7' })).toMatchObject({ pauseUntil: null });
  });

  it('may ask for six hours at most, and nonsense is not listened to', () => {
    expect(readRetryAfter('999999', now)).toBe(6 * 60 * minute);
    expect(readRetryAfter('-5', now)).toBeNull();
    expect(readRetryAfter('soon', now)).toBeNull();
    expect(readRetryAfter(undefined, now)).toBeNull();
    expect(readRetryAfter('Sat, 21 Nov 2020 12:10:00 GMT', now)).toBe(0);
  });
});

describe('no answer', () => {
  it.each<FetchFailureReason>(['timeout', 'dns', 'network', 'tls', 'bad_response', 'redirects'])(
    '%s is tried again and counts against the host',
    (reason) => {
      expect(judgeFailure(new FetchFailure(reason, 'x'), first)).toMatchObject({
        state: 'waiting',
        error: reason,
        isHostFault: true,
      });
    },
  );

  it.each<FetchFailureReason>(['bad_url', 'blocked_private', 'blocked_port'])('%s is final', (reason) => {
    expect(judgeFailure(new FetchFailure(reason, 'x'), first)).toMatchObject({ state: 'failed', isHostFault: false });
  });

  it('a body that is too long does not undo a yes', () => {
    expect(judgeFailure(new FetchFailure('too_large', 'x', { status: 202 }), first)).toMatchObject({
      state: 'delivered',
    });
  });
});
