// Which notifications are told together.
import { expect, test } from 'vitest';
import type { Notification } from '#web/lib/wire/notifications.ts';
import { groupNotifications, isNewer } from './groups.ts';

let next = 100;
const notice = (type: string, who: string, post: string | null, at = '2026-03-02T10:00:00.000Z') =>
  ({
    id: String(next--),
    type,
    created_at: at,
    account: { id: who },
    status: post && { id: post },
  }) as unknown as Notification;
const draw = (list: Notification[]) =>
  groupNotifications(list).map(
    ({ type, accounts, status }) => `${type}:${accounts.map(({ id }) => id).join('+')}:${status?.id ?? ''}`,
  );

test('likes of one post are told together, also when something else came between', () => {
  expect(
    draw([notice('favourite', 'ada', '1'), notice('mention', 'bob', '2'), notice('favourite', 'cleo', '1')]),
  ).toEqual(['favourite:ada+cleo:1', 'mention:bob:2']);
});

test('likes of two posts, and a boost, stay apart', () => {
  expect(
    draw([notice('favourite', 'ada', '1'), notice('favourite', 'ada', '2'), notice('reblog', 'ada', '1')]),
  ).toHaveLength(3);
});

test('mentions are never told together', () => {
  expect(draw([notice('mention', 'ada', '1'), notice('mention', 'ada', '1')])).toHaveLength(2);
});

test('who did it twice is named once, and yesterday is another group', () => {
  const early = '2026-03-01T09:00:00.000Z';
  expect(
    draw([notice('follow', 'ada', null), notice('follow', 'ada', null), notice('follow', 'bob', null, early)]),
  ).toEqual(['follow:ada:', 'follow:bob:']);
});

test('ids compare by length first', () => {
  expect(isNewer('100', '99')).toBe(true);
  expect(isNewer('99', '100')).toBe(false);
  expect(isNewer('101', '100')).toBe(true);
  expect(isNewer('100', '100')).toBe(false);
});
