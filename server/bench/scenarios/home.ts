// (a) The home timeline: 16 connections, each reader with their own token, against one prepared statement by the bare driver.
import type { Rig } from '../rig.ts';
import { readerNumbers } from '../seed/size.ts';
import { measureReading } from './reading.ts';

export async function runHome(rig: Rig): Promise<void> {
  await measureReading(rig, {
    scenario: 'home timeline',
    visits: readerNumbers(rig.size).map((reader) => ({
      reader,
      path: '/api/v1/timelines/home?limit=20',
      limitPath: '/page/home?limit=20',
    })),
    connections: 16,
    aims: { ratio: 2 },
  });
}
