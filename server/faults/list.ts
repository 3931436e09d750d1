// All faults, in the order of the list.
import type { Fault } from './fault.ts';
import { killedBeforeQueue, webKilled, workerKilled } from './suites/kills.ts';
import { deletedWhileMade, manyTimes } from './suites/races.ts';
import { recorded } from './suites/recorded.ts';
import {
  postgresFrozen,
  postgresKilled,
  postgresRestarted,
  redisFlushed,
  redisFull,
  redisStopped,
} from './suites/stores.ts';

const numberOf = ({ id }: Fault): number => Number(id.slice(1));

export const faults: readonly Fault[] = [
  workerKilled,
  webKilled,
  killedBeforeQueue,
  manyTimes,
  deletedWhileMade,
  redisFlushed,
  redisStopped,
  redisFull,
  postgresRestarted,
  postgresKilled,
  postgresFrozen,
  ...recorded,
].toSorted((one, other) => numberOf(one) - numberOf(other));
