// One contract for both buses.
import pino from 'pino';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { stores } from '#server/testing/context.ts';
import { until } from '#server/testing/until.ts';
import type { Bus } from './bus.ts';
import { openMemoryBus } from './memory.ts';
import { openRedisBus } from './redis.ts';

const log = pino({ level: 'silent' });
let bus: Bus;
afterEach(() => bus.close());

const openBus = async (redis: boolean): Promise<Bus> =>
  redis ? openRedisBus(inject('redisUrl'), `bus-test-${Math.random().toString(36).slice(2)}`, log) : openMemoryBus(log);

describe.each(stores())('the bus beside $store', ({ redis }) => {
  test('every listener of a channel hears each message, in order, and no other channel', async () => {
    bus = await openBus(redis);
    const first: unknown[] = [];
    const second: unknown[] = [];
    const other: unknown[] = [];
    await bus.subscribe('home', (message) => first.push(message));
    await bus.subscribe('home', (message) => second.push(message));
    await bus.subscribe('public', (message) => other.push(message));
    await bus.publish('home', { postId: '1', ownerIds: ['2'] });
    await bus.publish('home', { postId: '2', ownerIds: [] });
    await until(() => first.length === 2 && second.length === 2);
    expect(first).toEqual([
      { postId: '1', ownerIds: ['2'] },
      { postId: '2', ownerIds: [] },
    ]);
    expect(second).toEqual(first);
    expect(other).toEqual([]);
  });

  test('who has stopped listening hears no more', async () => {
    bus = await openBus(redis);
    const stopped: unknown[] = [];
    const present: unknown[] = [];
    const stop = await bus.subscribe('home', (message) => stopped.push(message));
    await bus.subscribe('home', (message) => present.push(message));
    await stop();
    await bus.publish('home', 1);
    await until(() => present.length === 1);
    expect(stopped).toEqual([]);
  });

  test('a listener that throws does not keep the others from hearing', async () => {
    bus = await openBus(redis);
    const heard: unknown[] = [];
    await bus.subscribe('home', () => {
      throw new Error('broken listener');
    });
    await bus.subscribe('home', (message) => heard.push(message));
    await bus.publish('home', 'news');
    await until(() => heard.length === 1);
    expect(heard).toEqual(['news']);
  });

  test('what is heard is a copy: changing it changes nothing elsewhere', async () => {
    bus = await openBus(redis);
    const message = { ids: ['1'] };
    const heard: unknown[] = [];
    await bus.subscribe('home', (copy) => heard.push(copy));
    await bus.publish('home', message);
    message.ids.push('2');
    await until(() => heard.length === 1);
    expect(heard).toEqual([{ ids: ['1'] }]);
  });
});
