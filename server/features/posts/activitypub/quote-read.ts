// What other servers write about quotes: in each of the forms that they use, and who lets themselves be quoted.
import { remoteAddress } from '#server/features/accounts/activitypub/actor-read.ts';
import {
  asIds,
  asList,
  asObject,
  asOnlyId,
  asText,
  isPublicAudience,
  typeOf,
  type Json,
} from '#server/platform/fediverse/json.ts';
import type { QuotePolicy } from '../entities.ts';

/** A quote as it is written: what, and where its author is said to agree. */
export interface WrittenQuote {
  uri: string;
  authorizationUri: string | null;
  /** In a form that knows no asking. */
  unasked: boolean;
}

/** Addresses of those who may quote, and of those who may ask to; null where nothing is said. */
export interface WrittenRules {
  automatic: string[];
  manual: string[];
}

/** What a post quotes, or null: the first of several, as others do; the form that asks counts before those that do not. */
export function readQuote(json: Json, allowHttp: boolean): WrittenQuote | null {
  const asking = remoteAddress(asIds(json['quote'])[0] ?? null, allowHttp);
  if (asking !== null) {
    const authorizationUri = remoteAddress(asOnlyId(json['quoteAuthorization']), allowHttp);
    return { uri: asking, authorizationUri, unasked: false };
  }
  const named = asText(json['quoteUri']) ?? asText(json['quoteUrl']) ?? asText(json['_misskey_quote']);
  const uri = remoteAddress(named ?? readLink(json['tag']), allowHttp);
  return uri === null ? null : { uri, authorizationUri: null, unasked: true };
}

const activityTypes =
  /^application\/(?:activity\+json|ld\+json;\s*profile="https:\/\/www\.w3\.org\/ns\/activitystreams")$/u;
const quoteRelations: ReadonlySet<unknown> = new Set([
  'https://misskey-hub.net/ns#_misskey_quote',
  'https://w3id.org/fep/044f#quote',
]);

/** A link to an object (FEP-e232) that is called a quote, or stands for `RE: …` in the text. */
function readLink(tags: unknown): string | null {
  for (const tag of asList(tags)) {
    const link = asObject(tag);
    if (link === null || typeOf(link) !== 'Link' || !activityTypes.test(asText(link['mediaType']) ?? '')) continue;
    const relations = asList(link['rel']);
    const isQuote = relations.some((relation) => quoteRelations.has(relation));
    if (isQuote || (relations.length === 0 && (asText(link['name']) ?? '').startsWith('RE:')))
      return asText(link['href']);
  }
  return null;
}

/** Who lets themselves be quoted: the policy that a post carries, or null. */
export function readQuoteRules(json: Json): WrittenRules | null {
  const policy = asObject(asObject(json['interactionPolicy'])?.['canQuote']);
  if (policy === null) return null;
  return { automatic: asIds(policy['automaticApproval'], 20), manual: asIds(policy['manualApproval'], 20) };
}

/**
 * The rules in our words. A post without any is quoted by nobody: its author was never asked. Groups of people that we do not know
 * may ask, their server will say.
 */
export function quoteRulesOf(
  rules: WrittenRules | null,
  author: { uri: string; followersUrl: string | null },
): { quotePolicy: QuotePolicy; quoteAsking: QuotePolicy } {
  if (rules === null) return { quotePolicy: 'nobody', quoteAsking: 'nobody' };
  const { automatic, manual } = rules;
  const isUnknown = [...automatic, ...manual].some(
    (uri) => !isPublicAudience(uri) && uri !== author.followersUrl && uri !== author.uri,
  );
  return {
    quotePolicy: widest(automatic, author.followersUrl),
    quoteAsking: isUnknown ? 'public' : widest(manual, author.followersUrl),
  };
}

/** The widest group that these addresses name. */
export function widest(uris: readonly string[], followersUrl: string | null): QuotePolicy {
  if (uris.some(isPublicAudience)) return 'public';
  return followersUrl !== null && uris.includes(followersUrl) ? 'followers' : 'nobody';
}
