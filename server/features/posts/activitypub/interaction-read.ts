// Interaction policies as other servers write them: in the present words, or in those of GoToSocial up to 0.20.
import { asIds, asObject, isPublicAudience, type Json } from '#server/platform/fediverse/json.ts';
import type { InteractionRules, QuotePolicy } from '../entities.ts';
import type { Interaction } from '../policy/interaction.ts';
import { widest, type WrittenRules } from './quote-read.ts';

/** Addresses of those who may, and of those who may ask. */
export type WrittenInteractions = Partial<Record<Interaction, WrittenRules>>;

const names: ReadonlyArray<[Interaction, string]> = [
  ['reply', 'canReply'],
  ['like', 'canLike'],
  ['boost', 'canAnnounce'],
];
const mostAddresses = 20;

/** What the policy of a post restricts; what it does not speak of is free. */
export function readInteractions(json: Json): WrittenInteractions {
  const policy = asObject(json['interactionPolicy']) ?? {};
  const written: WrittenInteractions = {};
  for (const [interaction, name] of names) {
    const rule = asObject(policy[name]);
    if (rule === null) continue;
    const automatic = asIds(rule['automaticApproval'] ?? rule['always'], mostAddresses);
    const manual = asIds(rule['manualApproval'] ?? rule['approvalRequired'], mostAddresses);
    if (!automatic.some(isPublicAudience)) written[interaction] = { automatic, manual };
  }
  return written;
}

/** The same in our words; null when nothing is restricted. People and groups that we do not know may ask, their server will say. */
export function interactionRulesOf(
  written: WrittenInteractions,
  author: { uri: string; followersUrl: string | null },
): InteractionRules | null {
  const rules: InteractionRules = {};
  for (const [interaction] of names) {
    const rule = written[interaction];
    if (rule === undefined) continue;
    const { automatic, manual } = rule;
    const others = [...automatic, ...manual].some(
      (uri) => !isPublicAudience(uri) && uri !== author.followersUrl && uri !== author.uri,
    );
    const asking: QuotePolicy = others ? 'public' : widest(manual, author.followersUrl);
    rules[interaction] = { automatic: widest(automatic, author.followersUrl), manual: asking };
  }
  return Object.keys(rules).length === 0 ? null : rules;
}
