// Servers that answer badly, each in its own way: what becomes of a delivery to them, and how long their sockets are held.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '#server/testing/authority.ts';
import { followFrom } from '../crowd.ts';
import { finding, type Fault, type Finding } from '../fault.ts';
import { openHouse, type House } from '../house.ts';
import { openIll, type IllHost } from '../ill.ts';
import { sleep } from '../scene.ts';

/** Later than any first gap, sooner than the end of any pause of the second try. */
const moveMs = 130_000;
/** A row is seen a little later than it was written. */
const slackSeconds = 3;

interface Tried {
  host: string;
  state: string;
  attempts: number;
  status: number | null;
  error: string | null;
  /** Seconds from the moment at which it was seen, by the server's clock. */
  again: number;
}

export const illHosts: Fault = {
  id: 'R21',
  title: 'servers that answer 429, 503, 410, 404, 301 or HTML, drip, reset, show wrong certificates or have no name',
  isQuiet: true,
  async run(rig) {
    const authority = createAuthority();
    const trusted = join(rig.folder, 'ill-authority.pem');
    await writeFile(trusted, authority.cert);
    const hosts = await openIll(authority);
    const { house, people } = await openHouse(rig, ['alice'], { names: true, env: { NODE_EXTRA_CA_CERTS: trusted } });
    try {
      const inboxes = hosts.map(({ inbox }) => inbox);
      await followFrom(house.databaseUrl, people.alice.accountId, inboxes);
      const write = (status: string) => house.askAs(people.alice, 'POST', '/api/v1/statuses', { status });
      await write('to all of you');
      const first = await watchTries(house, hosts, 1, 0);
      const resting = hosts.filter(({ wantsPause }) => wantsPause);
      const before = resting.reduce((sum, host) => sum + host.asked(), 0);
      await write('and this');
      await sleep(5000);
      const within = resting.reduce((sum, host) => sum + host.asked(), 0) - before;
      await house.setClocks(moveMs);
      const second = await watchTries(house, hosts, 2, moveMs);
      // Sockets are kept open for the next request for a few seconds.
      await sleep(6000);
      const longest = Math.max(...hosts.map((host) => host.longestMs()));
      return [
        judge('first tries that end as the rules say', hosts, first, 0),
        judge('second tries, two minutes later by a moved clock', hosts, second, 1),
        finding('requests within a pause that was asked for', within, { is: 0 }),
        finding('longest time of a socket', longest / 1000, { atMost: 30 }, ' s'),
      ];
    } finally {
      await house.close();
      await Promise.all(hosts.map((host) => host.close()));
    }
  },
};

const triedText = `
  select distinct on (host) host, state, attempts, last_status as status, last_error as error,
    extract(epoch from due_at)::float8 as again
  from deliveries order by host, id`;

/** How the first delivery to each stands when it has been tried so often, seen as soon as it was. A pause may be a minute. */
async function watchTries(house: House, hosts: readonly IllHost[], tries: number, movedMs: number): Promise<Tried[]> {
  const seen = new Map<string, Tried>();
  for (const end = Date.now() + 100_000; Date.now() < end && seen.size < hosts.length; await sleep(100)) {
    const now = (Date.now() + movedMs) / 1000;
    for (const row of await house.rows<Tried>(triedText)) {
      const isTried = row.attempts >= tries || row.state !== 'waiting';
      if (isTried && !seen.has(row.host)) seen.set(row.host, { ...row, again: row.again - now });
    }
  }
  return [...seen.values()];
}

function judge(promise: string, hosts: readonly IllHost[], tried: readonly Tried[], place: 0 | 1): Finding {
  const wrong = hosts.flatMap(({ name, inbox, verdicts }) => {
    const found = tried.find(({ host }) => host === new URL(inbox).host);
    const wanted = verdicts[place];
    if (found === undefined) return [`${name}: not tried`];
    const [least, most] = wanted.again ?? [-Infinity, Infinity];
    const isRight =
      found.state === wanted.state &&
      found.status === wanted.status &&
      found.error === wanted.error &&
      found.again >= least - slackSeconds &&
      found.again <= most + slackSeconds;
    const { state, status, error, again } = found;
    return isRight ? [] : [`${name}: ${state} ${status} ${error} ${Math.round(again)} s`];
  });
  const right = hosts.length - wrong.length;
  return { promise, measured: [`${right} of ${hosts.length}`, ...wrong].join('; '), isMet: wrong.length === 0 };
}
