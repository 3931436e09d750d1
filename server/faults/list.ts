// All faults, in the order of the list.
import type { Fault } from './fault.ts';
import { clockJumps } from './suites/clocks.ts';
import { manyDead } from './suites/dead-hosts.ts';
import { illHosts } from './suites/ill-hosts.ts';
import { killedBeforeQueue, webKilled, workerKilled } from './suites/kills.ts';
import { partition } from './suites/partition.ts';
import { carriedByMany, deletedWhileMade, manyTimes } from './suites/races.ts';
import { recorded } from './suites/recorded.ts';
import {
  postgresFrozen,
  postgresKilled,
  postgresRestarted,
  redisFlushed,
  redisFull,
  redisStopped,
} from './suites/stores.ts';
import { workerBlocked } from './suites/stalls.ts';

const numberOf = ({ id }: Fault): number => Number(id.slice(1));

export const faults: readonly Fault[] = [
  workerKilled,
  webKilled,
  killedBeforeQueue,
  manyTimes,
  deletedWhileMade,
  carriedByMany,
  redisFlushed,
  redisStopped,
  redisFull,
  postgresRestarted,
  postgresKilled,
  postgresFrozen,
  manyDead,
  illHosts,
  clockJumps,
  workerBlocked,
  partition,
  ...recorded,
].toSorted((one, other) => numberOf(one) - numberOf(other));
