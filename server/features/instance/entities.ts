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

/** Who may see a post, widest first: a word that every feature shares. */
export const visibilities = ['public', 'unlisted', 'followers', 'direct'] as const;
export type Visibility = (typeof visibilities)[number];

/** Who may quote a post: another such word. */
export const quotePolicies = ['public', 'followers', 'nobody'] as const;
export type QuotePolicy = (typeof quotePolicies)[number];
