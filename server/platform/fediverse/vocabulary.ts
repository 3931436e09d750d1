// The @context of our documents. Every term in it is written the way plain-JSON readers expect, so that a reader
// with JSON-LD and one without see the same.

export const activityStreams = 'https://www.w3.org/ns/activitystreams';
export const activityJson = 'application/activity+json';
export const linkedJson = `application/ld+json; profile="${activityStreams}"`;
/** The `Accept` header of every fetch of an ActivityPub document. */
export const acceptActivity = `${activityJson}, ${linkedJson}`;

/** A member whose values are addresses. */
const address = (name: string) => ({ '@id': name, '@type': '@id' }) as const;

/** For actors: keys of both kinds, fields, flags. */
export const actorContext = [
  activityStreams,
  'https://w3id.org/security/v1',
  {
    manuallyApprovesFollowers: 'as:manuallyApprovesFollowers',
    alsoKnownAs: address('as:alsoKnownAs'),
    movedTo: address('as:movedTo'),
    toot: 'http://joinmastodon.org/ns#',
    Emoji: 'toot:Emoji',
    featured: address('toot:featured'),
    attributionDomains: address('toot:attributionDomains'),
    discoverable: 'toot:discoverable',
    indexable: 'toot:indexable',
    suspended: 'toot:suspended',
    schema: 'http://schema.org#',
    PropertyValue: 'schema:PropertyValue',
    value: 'schema:value',
    Multikey: 'https://w3id.org/security#Multikey',
    assertionMethod: { '@id': 'https://w3id.org/security#assertionMethod', '@type': '@id', '@container': '@set' },
    controller: address('https://w3id.org/security#controller'),
    publicKeyMultibase: {
      '@id': 'https://w3id.org/security#publicKeyMultibase',
      '@type': 'https://w3id.org/security#multibase',
    },
  },
] as const;

/** For reactions (FEP-c0e0). */
export const reactionContext = [
  activityStreams,
  {
    toot: 'http://joinmastodon.org/ns#',
    Emoji: 'toot:Emoji',
    EmojiReact: 'http://litepub.social/ns#EmojiReact',
    _misskey_reaction: 'https://misskey-hub.net/ns#_misskey_reaction',
  },
] as const;

/** For posts and activities about them. */
export const objectContext = [
  activityStreams,
  {
    sensitive: 'as:sensitive',
    Hashtag: 'as:Hashtag',
    toot: 'http://joinmastodon.org/ns#',
    Emoji: 'toot:Emoji',
    votersCount: 'toot:votersCount',
    blurhash: 'toot:blurhash',
    focalPoint: { '@id': 'toot:focalPoint', '@container': '@list' },
    quote: address('https://w3id.org/fep/044f#quote'),
    quoteAuthorization: address('https://w3id.org/fep/044f#quoteAuthorization'),
    QuoteAuthorization: 'https://w3id.org/fep/044f#QuoteAuthorization',
    QuoteRequest: 'https://w3id.org/fep/044f#QuoteRequest',
    gts: 'https://gotosocial.org/ns#',
    interactingObject: address('gts:interactingObject'),
    interactionTarget: address('gts:interactionTarget'),
    interactionPolicy: address('gts:interactionPolicy'),
    canQuote: address('gts:canQuote'),
    automaticApproval: address('gts:automaticApproval'),
    manualApproval: address('gts:manualApproval'),
    quoteUrl: 'as:quoteUrl',
    quoteUri: 'http://fedibird.com/ns#quoteUri',
    _misskey_quote: 'https://misskey-hub.net/ns#_misskey_quote',
  },
] as const;

/** For what speaks of who may answer, and of agreements to answers, likes and boosts. Most posts do not. */
export const interactionContext = [
  ...objectContext,
  {
    canReply: address('gts:canReply'),
    always: address('gts:always'),
    approvalRequired: address('gts:approvalRequired'),
    approvedBy: address('gts:approvedBy'),
    ReplyRequest: 'gts:ReplyRequest',
    LikeRequest: 'gts:LikeRequest',
    AnnounceRequest: 'gts:AnnounceRequest',
    ReplyAuthorization: 'gts:ReplyAuthorization',
    replyAuthorization: address('gts:replyAuthorization'),
    announceAuthorization: address('gts:announceAuthorization'),
  },
] as const;

/** The words of a proof inside an object (FEP-8b32). Not those of its own context: they would make a graph of it, which others refuse. */
const proofWords = {
  sec: 'https://w3id.org/security#',
  proof: address('sec:proof'),
  DataIntegrityProof: 'sec:DataIntegrityProof',
  cryptosuite: 'sec:cryptosuite',
  proofPurpose: { '@id': 'sec:proofPurpose', '@type': '@vocab' },
  assertionMethod: { '@id': 'sec:assertionMethod', '@type': '@id', '@container': '@set' },
  verificationMethod: address('sec:verificationMethod'),
  proofValue: { '@id': 'sec:proofValue', '@type': 'sec:multibase' },
  created: { '@id': 'http://purl.org/dc/terms/created', '@type': 'http://www.w3.org/2001/XMLSchema#dateTime' },
} as const;

/** The context of a document that brings a proof, of what it was without. */
export function withProofWords(context: unknown): unknown[] {
  return [...(Array.isArray(context) ? context : [context]), proofWords];
}
