// The rest of the fediverse, as far as a run needs it: one author of another server whose key we know, and a thousand
// servers that follow somebody here. Rows of the database only; nothing outside this machine is ever asked.
import { generateKeyPairSync, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import type { Request } from 'autocannon';
import { makeDigest } from '#server/platform/fediverse/signatures/digest.ts';
import { idAt } from '#server/platform/ids.ts';
import { accountId, benchHost, isRemote, seedEnd } from './seed/size.ts';

/** Keys of a run, as PEM texts. */
export interface PeerKeys {
  publicKey: string;
  privateKey: string;
}

/** Authors on the other server; all sign with the same pair of keys. */
export const peerCount = 20;
const peerUri = (author: number): string => `http://peer.test/users/writer${author}`;
const peerId = (author: number): string => idAt(new Date(seedEnd + 86_400_000 + author * 1000));

export function makePeerKeys(): PeerKeys {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** Writes the remote authors with their key, each followed by ten people here. */
export async function addPeers(sql: Client, keys: PeerKeys): Promise<void> {
  const authors = Array.from({ length: peerCount }, (_, index) => index);
  const local = Array.from({ length: 15 }, (_, index) => index + 1).filter((number) => !isRemote(number));
  await sql.query(
    `insert into accounts (id, username, domain, uri, url, inbox_url, shared_inbox_url, followers_url, display_name, created_at, updated_at, fetched_at)
     select id, 'writer' || place, 'peer.test', uri, uri, 'http://127.0.0.1:9/inbox', 'http://127.0.0.1:9/inbox', uri || '/followers', 'Writer', now(), now(), now()
     from unnest($1::bigint[], $2::text[]) with ordinality as peers (id, uri, place)
     on conflict do nothing`,
    [authors.map(peerId), authors.map(peerUri)],
  );
  await sql.query(
    `insert into account_keys (account_id, key_id, rsa_public, fetched_at)
     select id, uri || '#main-key', $2, now() from accounts where id = any($1::bigint[]) on conflict do nothing`,
    [authors.map(peerId), keys.publicKey],
  );
  await sql.query(
    `insert into follows (id, follower_id, followee_id, follower_is_remote, state, created_at)
     select peer + place, follower, peer, false, 'accepted', now()
     from unnest($1::bigint[]) as peer cross join unnest($2::bigint[]) with ordinality as f (follower, place)
     on conflict do nothing`,
    [authors.map(peerId), local.slice(0, 10).map(accountId)],
  );
}

/** Makes every inbox a follower of that account, each on a host of its own. */
export async function addFollowers(sql: Client, followeeId: string, inboxes: readonly string[]): Promise<void> {
  await sql.query(
    `insert into accounts (id, username, domain, uri, inbox_url, display_name, created_at, updated_at, fetched_at)
     select $1::bigint + place, 'reader', 'sink' || place || '.test', 'http://sink' || place || '.test/reader', inbox, 'Reader', now(), now(), now()
     from unnest($2::text[]) with ordinality as i (inbox, place)`,
    [idAt(new Date(seedEnd + 2 * 86_400_000)), inboxes],
  );
  await sql.query(
    `insert into follows (id, follower_id, followee_id, follower_is_remote, state, created_at)
     select id + (1 << 20), id, $1, true, 'accepted', now() from accounts where username = 'reader' and domain like 'sink%.test'`,
    [followeeId],
  );
}

const signOnThreads = promisify(sign);

/** Signed posts to our shared inbox by the first `authors` authors in turn, each a Create of a Note of its own, as Mastodon writes them. Takes about 1 ms each. */
export async function signCreates(keys: PeerKeys, count: number, authors: number, name: string): Promise<Request[]> {
  const date = new Date();
  const requests: Request[] = [];
  for (let first = 0; first < count; first += 64) {
    const numbers = Array.from({ length: Math.min(64, count - first) }, (_, index) => first + index);
    requests.push(
      ...(await Promise.all(
        numbers.map((number) => signCreate(keys, peerUri(number % authors), `${name}-${number}`, date)),
      )),
    );
  }
  return requests;
}

async function signCreate(keys: PeerKeys, author: string, name: string, date: Date): Promise<Request> {
  const body = JSON.stringify(createOf(author, name, date));
  const digest = makeDigest(body);
  const signed = `(request-target): post /ap/inbox\nhost: ${benchHost}\ndate: ${date.toUTCString()}\ndigest: ${digest}`;
  const signature = await signOnThreads('sha256', Buffer.from(signed), keys.privateKey);
  return {
    method: 'POST',
    path: '/ap/inbox',
    headers: {
      host: benchHost,
      date: date.toUTCString(),
      digest,
      'content-type': 'application/activity+json',
      signature: `keyId="${author}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="${signature.toString('base64')}"`,
    },
    body,
  };
}

/** 2.7 KB, most of it the context that every Mastodon sends along. */
function createOf(author: string, name: string, date: Date): object {
  const id = `${author}/statuses/${name}`;
  const published = date.toISOString();
  const audience = { to: ['https://www.w3.org/ns/activitystreams#Public'], cc: [`${author}/followers`] };
  return {
    '@context': context,
    id: `${id}/activity`,
    type: 'Create',
    actor: author,
    published,
    ...audience,
    object: {
      id,
      type: 'Note',
      summary: null,
      inReplyTo: null,
      published,
      url: `http://peer.test/@writer/${name}`,
      attributedTo: author,
      ...audience,
      sensitive: false,
      atomUri: id,
      inReplyToAtomUri: null,
      conversation: `tag:peer.test,2026:objectId=${name}:objectType=Conversation`,
      content: `<p>This is note ${name}. The harbour was quiet this morning, and the bakery at the corner had fresh bread again. <a href="https://peer.test/tags/morning" class="mention hashtag" rel="tag">#<span>morning</span></a></p>`,
      contentMap: {
        en: `<p>This is note ${name}. The harbour was quiet this morning, and the bakery at the corner had fresh bread again. <a href="https://peer.test/tags/morning" class="mention hashtag" rel="tag">#<span>morning</span></a></p>`,
      },
      attachment: [],
      tag: [{ type: 'Hashtag', href: 'https://peer.test/tags/morning', name: '#morning' }],
      replies: {
        id: `${id}/replies`,
        type: 'Collection',
        first: {
          type: 'CollectionPage',
          next: `${id}/replies?only_other_accounts=true&page=true`,
          partOf: `${id}/replies`,
          items: [],
        },
      },
    },
  };
}

const context = [
  'https://www.w3.org/ns/activitystreams',
  {
    ostatus: 'http://ostatus.org#',
    atomUri: 'ostatus:atomUri',
    inReplyToAtomUri: 'ostatus:inReplyToAtomUri',
    conversation: 'ostatus:conversation',
    sensitive: 'as:sensitive',
    toot: 'http://joinmastodon.org/ns#',
    votersCount: 'toot:votersCount',
    Hashtag: 'as:Hashtag',
  },
];
