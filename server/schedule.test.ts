// Regular tasks run once a period, however many processes look.
import { afterEach, expect, test } from 'vitest';
import { runDue, type Task } from '#server/schedule.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';

let opened: TestContext;
afterEach(() => opened.close());

const at = (minutes: number): Date => new Date(Date.UTC(2026, 2, 1, 12, minutes));

test('a task runs once in its period, by whichever process comes first', async () => {
  let now = at(0);
  opened = await openTestContext({ clock: () => now });
  let ran = 0;
  const tasks: Record<string, Task> = { count: { everyMs: 600_000, run: async () => (ran += 1) } };
  await Promise.all([runDue(opened.ctx, tasks), runDue(opened.ctx, tasks), runDue(opened.ctx, tasks)]);
  expect(ran).toBe(1);
  now = at(9);
  await runDue(opened.ctx, tasks);
  expect(ran).toBe(1);
  now = at(10);
  await runDue(opened.ctx, tasks);
  expect(ran).toBe(2);
});

test('a clock that was far ahead holds a task up for two periods at most', async () => {
  let now = at(60 * 24 * 365);
  opened = await openTestContext({ clock: () => now });
  let ran = 0;
  const tasks: Record<string, Task> = { count: { everyMs: 600_000, run: async () => (ran += 1) } };
  await runDue(opened.ctx, tasks);
  now = at(0);
  await runDue(opened.ctx, tasks);
  expect(ran).toBe(2);
  await runDue(opened.ctx, tasks);
  expect(ran).toBe(2);
  // One that is a little ahead runs no task twice in its period.
  now = at(15);
  await runDue(opened.ctx, tasks);
  now = at(6);
  await runDue(opened.ctx, tasks);
  expect(ran).toBe(3);
});

test('a task that fails does not keep the next one from running', async () => {
  opened = await openTestContext();
  let ran = false;
  await runDue(opened.ctx, {
    broken: {
      everyMs: 1000,
      run: async () => {
        throw new Error('broken');
      },
    },
    sound: { everyMs: 1000, run: async () => (ran = true) },
  });
  expect(ran).toBe(true);
});
