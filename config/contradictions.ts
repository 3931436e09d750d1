// Settings that are right alone and wrong together. Each check answers with a sentence that says what to change.
import { isPublicHost } from './parsers.ts';
import type { Config, Secrets } from './settings.ts';

/** All settings as far as they could be parsed: a mistaken one is undefined, and so takes part in no contradiction. */
type Parsed = Partial<Config & Secrets>;

/** Every contradiction, as sentences. `given` holds what was really written, by name. */
export function contradictions(values: Parsed, given: ReadonlyMap<string, string>): string[] {
  return [
    ...publicAddress(values),
    ...handles(values),
    ...pair(given, 'MEILI_URL', 'MEILI_KEY'),
    ...bucket(given),
    ...sharedWork(values, given),
  ];
}

function publicAddress({ origin, allowPrivateAddresses }: Parsed): string[] {
  if (origin === undefined || !isPublicHost(new URL(origin).hostname)) return [];
  const found: string[] = [];
  if (origin.startsWith('http:')) {
    found.push(
      `ORIGIN (${origin}) is a public address without https. Other servers refuse it and passwords would travel in the ` +
        'clear: put a reverse proxy with a certificate in front and write https://.',
    );
  }
  if (allowPrivateAddresses) {
    found.push(
      `ALLOW_PRIVATE_ADDRESSES cannot be true while ORIGIN (${origin}) is public: strangers could make the server read ` +
        'its own network. Remove it, or use an ORIGIN under localhost, .test, .local or .internal.',
    );
  }
  return found;
}

function handles({ origin, handleDomain }: Parsed): string[] {
  if (origin === undefined || handleDomain === undefined) return [];
  const isPublic = isPublicHost(new URL(origin).hostname);
  if (isPublicHost(new URL(`http://${handleDomain}`).hostname) === isPublic) return [];
  return [
    isPublic
      ? `HANDLE_DOMAIN (${handleDomain}) is no public domain but ORIGIN (${origin}) is: nobody could look up a handle.`
      : `HANDLE_DOMAIN (${handleDomain}) is public but ORIGIN (${origin}) is not: set ORIGIN to the server's public address.`,
  ];
}

function pair(given: ReadonlyMap<string, string>, one: string, other: string): string[] {
  if (given.has(one) === given.has(other)) return [];
  const [present, absent] = given.has(one) ? [one, other] : [other, one];
  return [`${present} is set but ${absent} is not: set both or neither.`];
}

function bucket(given: ReadonlyMap<string, string>): string[] {
  if (given.has('S3_BUCKET') && given.has('MEDIA_PUBLIC_URL'))
    return ['MEDIA_PUBLIC_URL is for uploads on the disk; with S3_BUCKET, set S3_PUBLIC_URL instead.'];
  const needed = ['S3_BUCKET', 'S3_ACCESS_KEY', 'S3_SECRET_KEY'];
  // A region alone asks for nothing: it has a default like any other setting.
  const present = [...given.keys()].filter((name) => name.startsWith('S3_') && name !== 'S3_REGION');
  const absent = needed.filter((name) => !given.has(name));
  if (present.length === 0 || absent.length === 0) return [];
  return [`${present.join(', ')} given but not ${absent.join(', ')}: an S3 store needs ${needed.join(', ')} together.`];
}

function sharedWork({ roles }: Parsed, given: ReadonlyMap<string, string>): string[] {
  if (roles === undefined || roles.length === 3 || given.has('REDIS_URL')) return [];
  return [
    `ROLES gives this process only ${roles.join(', ')}, so another one does the rest, but without REDIS_URL they cannot ` +
      'reach each other. Set REDIS_URL, or ROLES=all.',
  ];
}
