// Where the story of three Rookeries plays: real processes that speak TLS with names, certificates and a proxy, as in the
// world outside. The handles of the second are of another domain than its address.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { loadConfig } from '#config/load.ts';
import { openContext } from '#server/context.ts';
import { createAuthority } from '#server/testing/authority.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { prepareServer, type ServerProcess } from '#server/testing/process.ts';
import { settle } from '#server/testing/server.ts';
import { openTlsFront, type TlsFront } from '#server/testing/tls-front.ts';

/** One of the three. */
export interface Place {
  process: ServerProcess;
  ctx: Awaited<ReturnType<typeof openContext>>;
  /** What stands behind the @ of its people. */
  handleDomain: string;
  signUp(name: string, more?: Parameters<typeof signUp>[2]): Promise<Person>;
}

export interface Three {
  first: Place;
  second: Place;
  third: Place;
  front: TlsFront;
  /** Waits until none of them has anything left to do. */
  settle(): Promise<void>;
  /** Moves the clocks of all on. */
  wait(ms: number): Promise<void>;
  close(): Promise<void>;
}

const names = { first: 'a.rookery.test', second: 'b.rookery.test', third: 'c.rookery.test' };
const secondsDomain = 'birds.test';

/** Opens the proxy and the three servers behind it. */
export async function openThree(): Promise<Three> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-three-'));
  const authority = createAuthority();
  const trusted = join(folder, 'authority.pem');
  await writeFile(trusted, authority.cert);
  const front = await openTlsFront(authority, [...Object.values(names), secondsDomain]);
  let moved = 0;
  const clock = (): Date => new Date(Date.now() + moved);
  const open = (name: string, handleDomain?: string): Promise<Place> =>
    openPlace(front, clock, { name, trusted, handleDomain });
  const [first, second, third] = await Promise.all([
    open(names.first),
    open(names.second, `${secondsDomain}:${front.port}`),
    open(names.third),
  ]);
  const places = [first, second, third];
  front.lead(secondsDomain, { webFingerAt: second.process.origin });
  const settleAll = async (): Promise<void> => {
    // A message and its answer, and what follows from the answer.
    for (let round = 0; round < 3; round += 1) for (const { ctx } of places) await settle(ctx);
  };
  return {
    first,
    second,
    third,
    front,
    settle: settleAll,
    async wait(ms) {
      moved += ms;
      for (const { process } of places) await process.setClock(moved);
      await settleAll();
    },
    async close() {
      await Promise.all(places.map(({ ctx }) => ctx.close()));
      await Promise.all(places.map(({ process }) => process.remove()));
      await front.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function openPlace(
  front: TlsFront,
  clock: () => Date,
  { name, trusted, handleDomain }: { name: string; trusted: string; handleDomain: string | undefined },
): Promise<Place> {
  const origin = `https://${name}:${front.port}`;
  const server = await prepareServer({
    names: true,
    env: {
      ORIGIN: origin,
      TRUST_PROXY: '127.0.0.1/32',
      NODE_EXTRA_CA_CERTS: trusted,
      ...(handleDomain === undefined ? {} : { HANDLE_DOMAIN: handleDomain }),
    },
  });
  front.lead(name, { address: server.address });
  await server.start();
  const { config, secrets } = loadConfig({ env: server.env, file: null });
  const log = pino({ level: 'silent' });
  const ctx = await openContext({ config, secrets, log, databaseUrl: server.databaseUrl, clock });
  return {
    process: server,
    ctx,
    handleDomain: config.handleDomain,
    signUp: (username, more) => signUp({ ctx, origin: server.address }, username, more),
  };
}

/** The handle of somebody of a place, as others write it. */
export function handleOf(place: Place, name: string): string {
  return `${name}@${place.handleDomain}`;
}

/** Looks a handle up over the network; resolves to the account as that person's server knows it. */
export async function find(person: Person, handle: string): Promise<Answer['body']> {
  const { body } = await person.api('GET', `/api/v1/accounts/search?q=${encodeURIComponent(handle)}&resolve=true`);
  return body[0];
}

/** The copy that a person's server has of a post. */
export async function copyOf(person: Person, uri: string): Promise<Answer['body']> {
  const { body } = await person.api('GET', '/api/v1/timelines/home');
  return body.find((status: Answer['body']) => status.uri === uri || status.reblog?.uri === uri);
}
