// Actors of other servers, read as plain JSON into what we store. Sizes are cut to what peers allow each other.
import { readEmojis } from '#server/features/emojis/activitypub.ts';
import {
  asDate,
  asId,
  asIds,
  asList,
  asObject,
  asText,
  hostOf,
  isSameHost,
  typeOf,
  type Json,
} from '#server/platform/fediverse/json.ts';
import { importPublicKey } from '#server/platform/fediverse/keys.ts';
import { cleanName, cleanUrl, sanitizeHtml } from '#server/platform/text.ts';
import type { AccountKind, PictureReference, ProfileField } from '../entities.ts';
import { siteName } from '../policy.ts';
import type { RemoteActor, RemoteKey } from '../service/import.ts';

const kinds: Record<string, AccountKind> = {
  Person: 'person',
  Service: 'service',
  Group: 'group',
  Organization: 'organization',
  Application: 'application',
};

const limits = {
  username: 200,
  name: 2048,
  bio: 20_000,
  fields: 50,
  fieldText: 2047,
  aliases: 256,
  sites: 256,
};

/** True for the types that can act. */
export function isActorType(type: string | null): boolean {
  return type !== null && Object.hasOwn(kinds, type);
}

/**
 * An actor, or null when it lacks what every actor needs: one known type, an id, an inbox, a user name that is one.
 * `allowHttp` takes plain http addresses too: closed networks only.
 */
export function readActor(json: Json, allowHttp: boolean): RemoteActor | null {
  const address = (value: unknown): string | null => remoteAddress(asId(value), allowHttp);
  const type = typeOf(json);
  const uri = address(json['id']);
  const inboxUrl = address(json['inbox']);
  const username = readUsername(json['preferredUsername']);
  if (type === null || !isActorType(type) || uri === null || inboxUrl === null || username === null) return null;
  const ownAddress = (value: unknown): string | null => {
    const found = address(value);
    return isSameHost(found, uri) ? found : null;
  };
  const emojis = readEmojis(json['tag']);
  return {
    uri,
    username,
    claimedHandle: asText(json['webfinger']),
    kind: kinds[type] ?? 'person',
    url: readPage(json['url'], allowHttp),
    inboxUrl,
    sharedInboxUrl: address(asObject(json['endpoints'])?.['sharedInbox']) ?? address(json['sharedInbox']),
    outboxUrl: address(json['outbox']),
    // Who may read followers-only posts is told by this address: it must be the actor's own.
    followersUrl: ownAddress(json['followers']),
    followingUrl: ownAddress(json['following']),
    featuredUrl: ownAddress(json['featured']),
    displayName: cleanName(json['name'], limits.name),
    bioHtml: sanitizeHtml(asText(json['summary']) ?? '', limits.bio),
    fields: readFields(json['attachment']),
    emojis,
    avatar: readPicture(json['icon']),
    header: readPicture(json['image']),
    locked: json['manuallyApprovesFollowers'] === true,
    discoverable: json['discoverable'] !== false,
    indexable: json['indexable'] === true,
    alsoKnownAs: asIds(json['alsoKnownAs'], limits.aliases).filter((id) => hostOf(id) !== null),
    attributionDomains: readSites(json['attributionDomains']),
    movedToUri: address(json['movedTo']),
    createdAt: asDate(json['published']),
    key: readKey(json, uri),
  };
}

/**
 * An address from a stranger as we keep it, or null: http(s) without tricks, at most 2,048 characters, and spelt so that
 * nobody else could spell it another way (host in lower case, no default port, no dot behind the host).
 */
export function remoteAddress(uri: string | null, allowHttp: boolean): string | null {
  const clean = cleanUrl(uri);
  if (uri === null || clean === null || (!allowHttp && !clean.startsWith('https://'))) return null;
  const written = /^https?:\/\/([^/?#]+)/u.exec(uri)?.[1];
  return written === hostOf(clean) && uri.length <= 2048 ? uri : null;
}

/** Letters, digits and marks of any script with `_ . - ~` inside; null for anything that could break out of a handle. */
function readUsername(value: unknown): string | null {
  const name = asText(value);
  if (name === null || name.length > limits.username) return null;
  return /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.~-]*[\p{L}\p{M}\p{N}_~-])?$/u.test(name) ? name : null;
}

/** The page for people: the first HTML link, else the first address. */
export function readPage(value: unknown, allowHttp: boolean): string | null {
  const links = asList(value).slice(0, 20);
  const html = links.find((link) => asObject(link)?.['mediaType'] === 'text/html');
  for (const link of html === undefined ? links : [html, ...links]) {
    const url = cleanUrl(asText(link) ?? asText(asObject(link)?.['href']));
    if (url !== null && (allowHttp || url.startsWith('https://'))) return url;
  }
  return null;
}

/** Names of sites in lower-case ASCII, each once; what is no name is left out. */
function readSites(value: unknown): string[] {
  const sites = asList(value)
    .slice(0, limits.sites)
    .flatMap((site) => siteName(asText(site) ?? '') ?? []);
  return [...new Set(sites)];
}

function readFields(value: unknown): ProfileField[] {
  return asList(value)
    .map(asObject)
    .filter((field) => field !== null && typeOf(field) === 'PropertyValue')
    .slice(0, limits.fields)
    .flatMap((field) => {
      const name = cleanName(field?.['name'], limits.fieldText);
      const text = sanitizeHtml(asText(field?.['value']) ?? '', limits.fieldText);
      return name === '' && text === '' ? [] : [{ name, value: text, verifiedAt: null }];
    });
}

function readPicture(value: unknown): PictureReference | null {
  const image = asList(value)[0];
  const object = asObject(image);
  const url = cleanUrl(asText(image) ?? asId(asList(object?.['url'] ?? object?.['href'])[0]));
  if (url === null) return null;
  const description = cleanName(object?.['summary'] ?? object?.['name'], 1500);
  return description === '' ? { url } : { url, description };
}

/** The keys that the document holds and claims for itself: on the actor's own host, owned by the actor. */
function readKey(json: Json, uri: string): RemoteKey | null {
  const keys = asList(json['publicKey']).slice(0, 10).map(asObject);
  for (const key of keys) {
    const keyId = asText(key?.['id']);
    const pem = asText(key?.['publicKeyPem']);
    const owner = asId(key?.['owner']) ?? asId(key?.['controller']);
    if (keyId === null || pem === null || !isSameHost(keyId, uri) || owner !== uri) continue;
    if (importPublicKey(pem)?.asymmetricKeyType !== 'rsa') continue;
    const multikey = readMultikey(json, uri);
    return { keyId, rsaPublic: pem, edKeyId: multikey?.id ?? null, edPublic: multikey?.text ?? null };
  }
  return null;
}

function readMultikey(json: Json, uri: string): { id: string; text: string } | null {
  for (const method of asList(json['assertionMethod']).slice(0, 10)) {
    const key = asObject(method);
    const id = asText(key?.['id']);
    const text = asText(key?.['publicKeyMultibase']);
    if (key === null || typeOf(key) !== 'Multikey' || id === null || text === null) continue;
    if (!isSameHost(id, uri) || asId(key['controller']) !== uri) continue;
    if (importPublicKey(text)?.asymmetricKeyType === 'ed25519') return { id, text };
  }
  return null;
}
