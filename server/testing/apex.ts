// Another independent server for tests: activitypub-express, a library of another author, unchanged, in a process of its own.
// Its people are told what to do by their outbox.
import { childServer } from './child-server.ts';
import { fileURLToPath } from 'node:url';
import type { Json } from '#server/platform/fediverse/json.ts';
import { freePort } from './server.ts';

export interface Apex {
  origin: string;
  host: string;
  /** The id of somebody there. */
  actor(name: string): string;
  /** Posts to somebody's outbox; resolves to the activity as their server sent it out. */
  act(name: string, activity: Json): Promise<Json>;
  /** What is in a collection of somebody there, newest first. */
  items(name: string, collection: 'inbox' | 'outbox' | 'followers' | 'following' | 'liked'): Promise<unknown[]>;
  /** A document of that server, as anybody gets it. */
  read(url: string): Promise<{ status: number; body: Json }>;
  said(): string;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('apex-peer/server.ts', import.meta.url));
const mediaType = 'application/activity+json';

/** Starts it with these people. */
export async function openApex(names: readonly string[]): Promise<Apex> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  // Outside of its development mode it refuses what is not signed.
  const env = { PATH: process.env['PATH'] ?? '', NODE_ENV: 'test' };
  const child = childServer({ env, program, arguments: [String(port), ...names] });
  await child.start();
  const ask = async (name: string | null, url: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url, {
      ...init,
      headers: { accept: mediaType, 'content-type': mediaType, ...(name === null ? {} : { 'x-person': name }) },
    });
  const read = async (url: string, name: string | null = null): Promise<{ status: number; body: Json }> => {
    const answer = await ask(name, url);
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as Json) : { text } };
  };
  return {
    origin,
    host: `localhost:${port}`,
    actor: (name) => `${origin}/u/${name}`,
    read: (url) => read(url),
    async act(name, activity) {
      const context = 'https://www.w3.org/ns/activitystreams';
      const body = JSON.stringify({ '@context': context, actor: `${origin}/u/${name}`, ...activity });
      const answer = await ask(name, `${origin}/u/${name}/outbox`, { method: 'POST', body });
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`${answer.status} ${await answer.text()}\n${child.said()}`);
      return (await read(location, name)).body;
    },
    async items(name, collection) {
      const { body } = await read(`${origin}/u/${name}/${collection}?page=true`, name);
      return [body['orderedItems'] ?? []].flat();
    },
    said: child.said,
    stop: child.kill,
  };
}
