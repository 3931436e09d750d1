// What the admin decides about this community, one row a decision.
import { defineEntity, p } from '@mikro-orm/core';

export const InstanceSettingSchema = defineEntity({
  name: 'InstanceSetting',
  tableName: 'instance_settings',
  properties: {
    key: p.text().primary(),
    value: p.json<unknown>(),
    updatedAt: p.datetime(3),
  },
});
export class InstanceSetting extends InstanceSettingSchema.class {}
InstanceSettingSchema.setClass(InstanceSetting);
