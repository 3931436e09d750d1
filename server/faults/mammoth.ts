// A server of another software behind the same proxy as ours: it takes what comes, keeps what it could not send and tries
// again, in order for each inbox, as Mastodon does (only sooner).
import { request } from 'node:https';
import type { Json } from '#server/platform/fediverse/json.ts';
import { signRequest } from '#server/platform/fediverse/signatures/sign.ts';
import type { Authority } from '#server/testing/authority.ts';
import { openStranger, type Delivered, type Stranger } from '#server/testing/stranger.ts';
import type { TlsFront } from '#server/testing/tls-front.ts';

const context = 'https://www.w3.org/ns/activitystreams';
const retryMs = 5000;

export interface Mammoth {
  /** The one who lives there. */
  mia: Stranger;
  delivered: Delivered[];
  /** Sends an activity to these inboxes, again until each has taken it. */
  send(inboxes: readonly string[], activity: Json): void;
  /** Writes a public post and sends it. */
  post(inboxes: readonly string[], name: string): void;
  edit(inboxes: readonly string[], name: string, content: string): void;
  close(): Promise<void>;
}

/** Opens it under that name of the proxy. */
export async function openMammoth(front: TlsFront, authority: Authority, name: string): Promise<Mammoth> {
  const origin = `https://${name}:${front.port}`;
  const there = await openStranger();
  front.lead(name, { address: there.origin });
  const uri = `${origin}/users/mia`;
  const mia = await there.actor({
    id: uri,
    inbox: `${uri}/inbox`,
    outbox: `${uri}/outbox`,
    followers: `${uri}/followers`,
    following: `${uri}/following`,
    endpoints: { sharedInbox: `${origin}/inbox` },
    url: `${origin}/@mia`,
    preferredUsername: 'mia',
  });
  const owed = new Map<string, Json[]>();
  const sendOwed = async (inbox: string): Promise<void> => {
    const activities = owed.get(inbox) ?? [];
    for (let next = activities[0]; next !== undefined; next = activities[0]) {
      if (!(await knock(front, authority, mia, inbox, next))) return;
      activities.shift();
    }
  };
  const busy = new Set<string>();
  const turn = (inbox: string): void => {
    if (busy.has(inbox)) return;
    busy.add(inbox);
    void sendOwed(inbox).finally(() => busy.delete(inbox));
  };
  const retries = setInterval(() => [...owed.keys()].forEach(turn), retryMs);
  const send: Mammoth['send'] = (inboxes, activity) => {
    for (const inbox of inboxes) {
      owed.set(inbox, [...(owed.get(inbox) ?? []), activity]);
      turn(inbox);
    }
  };
  const write = (kind: 'Create' | 'Update', inboxes: readonly string[], named: string, content: string): void => {
    const audience = { to: [`${context}#Public`], cc: [`${uri}/followers`] };
    const now = new Date().toISOString();
    const id = `${uri}/notes/${named}`;
    const object: Json = {
      id,
      type: 'Note',
      attributedTo: uri,
      content: `<p>${content}</p>`,
      published: now,
      ...audience,
    };
    if (kind === 'Update') object['updated'] = now;
    send(inboxes, { '@context': context, id: `${id}/${kind}`, type: kind, actor: uri, object, ...audience });
  };
  return {
    mia,
    delivered: there.delivered,
    send,
    post: (inboxes, named) => write('Create', inboxes, named, named),
    edit: (inboxes, named, content) => write('Update', inboxes, named, content),
    async close() {
      clearInterval(retries);
      await there.close();
    },
  };
}

/** One try, signed, by the proxy; true when it was taken. */
function knock(front: TlsFront, authority: Authority, mia: Stranger, inbox: string, activity: Json): Promise<boolean> {
  const body = JSON.stringify(activity);
  const { keyId, privateKey } = mia;
  const signed = signRequest({
    method: 'POST',
    url: inbox,
    body,
    keyId,
    privateKey,
    scheme: 'cavage',
    date: new Date(),
  });
  const { hostname, pathname } = new URL(inbox);
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: front.port,
        servername: hostname,
        ca: authority.cert,
        method: 'POST',
        path: pathname,
        headers: { ...signed, 'content-type': 'application/activity+json', 'content-length': Buffer.byteLength(body) },
        timeout: 10_000,
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve((answer.statusCode ?? 500) < 300));
        answer.once('error', () => resolve(false));
      },
    );
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end(body);
  });
}
