// When each regular task last ran, so that one of many processes runs it.
import { defineEntity, p } from '@mikro-orm/core';

export const ScheduleRunSchema = defineEntity({
  name: 'ScheduleRun',
  tableName: 'schedule_runs',
  properties: {
    task: p.text().primary(),
    ranAt: p.datetime(3),
  },
});
export class ScheduleRun extends ScheduleRunSchema.class {}
ScheduleRunSchema.setClass(ScheduleRun);
