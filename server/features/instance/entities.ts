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

/** Who may answer, like and boost at once, and who may ask to; what is left out is free for everybody who sees the post. */
export type InteractionRules = Partial<
  Record<'reply' | 'like' | 'boost', { automatic: QuotePolicy; manual: QuotePolicy }>
>;
