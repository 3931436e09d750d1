// Who may open which door, for all of them: without a token, with a wrong one, with an app's, with one that reaches less.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '#server/features/auth/service/users.ts';
import { startWorker } from '#server/worker.ts';
import { call, signUp, type Answer } from '#server/testing/people.ts';
import { nameOf, openServerWithDoors, type Door } from './doors.ts';
import { fingerprint } from './knock.ts';
import { sampleFor } from './samples.ts';
import { appToken, settleTown, type Town } from './town.ts';
import { addressOf, keyOf } from './walk.ts';

const wrongToken = { status: 401, body: { error: 'The access token is invalid' } };
const wrongScope = { status: 403, body: { error: 'This action is outside the authorized scopes' } };
const noPerson = { status: 422, body: { error: 'This method requires an authenticated user' } };

const { server, doors: all } = await openServerWithDoors({ idle: true });
const doors = all.filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS');
const guarded = doors.filter(({ access }) => access !== null && access.who !== 'open');
let town: Town;

beforeAll(async () => {
  const worker = await startWorker(server.ctx);
  town = await settleTown(server);
  // From here on every row that changes was changed by a door.
  await worker.stop();
});
afterAll(() => server.close());

const withScopes = guarded.filter(({ access }) => (access?.scopes.length ?? 0) > 0);
const named = (list: Door[]): Array<[string, Door]> => list.map((door) => [nameOf(door), door]);

/** The tables at the first refusal since something was meant to be written; null before it. */
let tables: Record<string, string> | null = null;
/** The doors that refused since the tables were last looked at: to look is dear, so it is done for many at once. */
const refusing: string[] = [];

async function expectNothingWritten(): Promise<void> {
  if (tables !== null) expect(await fingerprint(server.ctx), `after ${refusing.join(', ')}`).toEqual(tables);
  refusing.length = 0;
}

/** Before anything that may write. */
async function forgetTables(): Promise<void> {
  await expectNothingWritten();
  tables = null;
}

async function knock(door: Door, token: string | null): Promise<Answer> {
  const body = door.method === 'GET' ? undefined : sampleFor(door, town, 'knock');
  return call(server.origin, door.method, addressOf(door, town), { ...(token === null ? {} : { token }), body });
}

/** The refusal, and that nothing was written. */
async function expectRefusal(door: Door, token: string | null, refusal: object): Promise<void> {
  tables ??= await fingerprint(server.ctx);
  refusing.push(nameOf(door));
  const { status, body, headers } = await knock(door, token);
  expect({ status, body }).toEqual(refusal);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  if (refusing.length >= 40) await expectNothingWritten();
}

const tokens = new Map<string, string>();

/** A token of somebody, or of the app alone (null), with these scopes; the same one each time. */
async function tokenOf(accountId: string | null, scopes: string): Promise<string> {
  const name = `${accountId} ${scopes}`;
  const present = tokens.get(name);
  if (present !== undefined) return present;
  await forgetTables();
  const made =
    accountId === null ? await appToken(server, town, scopes) : await createToken(server.ctx, accountId, scopes);
  tokens.set(name, made);
  return made;
}

/** Who may use it: its owner where a role is asked for, else Alice. */
const visitor = (door: Door): string => (door.access?.role === undefined ? town.alice : town.olga).accountId;

/** Scopes that look alike but do not suffice: of another object, of the opposite verb, and one that has nothing to do with it. */
function tooLittle({ access }: Door): string[] {
  const wanted = access?.scopes ?? [];
  const verbs = ['read', 'write', 'admin:read', 'admin:write'];
  const objects = ['statuses', 'accounts', 'follows', 'notifications'];
  const candidates = [
    ...verbs,
    'push',
    'profile',
    'follow',
    ...verbs.slice(0, 2).flatMap((verb) => objects.map((object) => `${verb}:${object}`)),
    'admin:read:reports',
    'admin:write:reports',
  ];
  const reaches = (scope: string): boolean =>
    wanted.some(
      (want) =>
        want === scope ||
        want.startsWith(`${scope}:`) ||
        (scope === 'follow' && /:(follows|blocks|mutes)$/.test(want) && !want.startsWith('admin')),
    );
  return candidates.filter((scope) => !reaches(scope));
}

test('every door of the API says who may open it', () => {
  const silent = doors
    .filter(({ access, path }) => access === null && /^\/(api|oauth)\//.test(path))
    .map(({ path }) => path);
  expect(silent.filter((path) => !/^\/api\/(docs|openapi)/.test(path))).toEqual([]);
  expect(guarded.length).toBeGreaterThan(70);
});

describe('without a token', () => {
  afterAll(forgetTables);

  test.each(named(guarded.filter(({ access }) => access?.who === 'user' || access?.who === 'client')))(
    '%s is closed',
    async (_name, door) => {
      await expectRefusal(door, null, wrongToken);
    },
  );

  test.each(
    named(
      guarded.filter((door) => door.access?.who === 'anyone' && door.method === 'GET' && door.emptyForm !== 'refused'),
    ),
  )('%s is open', async (_name, door) => {
    expect((await knock(door, null)).status).toBe(200);
  });
});

describe('a token that is wrong', () => {
  afterAll(forgetTables);

  test.each(named(guarded))('is refused at %s, also where none is needed', async (_name, door) => {
    await expectRefusal(door, 'no-token-of-ours', wrongToken);
  });
});

describe('a login that may not be used', () => {
  const standings: Array<[string, object, string]> = [
    ['disabled', { disabled_at: new Date() }, 'Your login is currently disabled'],
    ['suspended', { suspended_at: new Date() }, 'Your account is suspended'],
    ['waiting', { opened: false }, 'Your login is currently pending approval'],
  ];

  test.each(standings)('%s: opens no door, whatever its token reaches', async (standing, change, error) => {
    const { token, accountId } = await signUp(server, `shut_${standing}`, { role: 'owner' });
    const table = standing === 'disabled' ? 'users' : 'accounts';
    const key = table === 'users' ? 'account_id' : 'id';
    await server.ctx.database.write((tx) => tx.sql.updateTable(table).set(change).where(key, '=', accountId).execute());
    const before = await fingerprint(server.ctx);
    for (const door of guarded) {
      const { status, body } = await knock(door, token);
      expect({ status, body }, nameOf(door)).toEqual({ status: 403, body: { error } });
    }
    expect(await fingerprint(server.ctx)).toEqual(before);
  });
});

describe('an app without a person', () => {
  afterAll(forgetTables);

  test.each(named(guarded.filter(({ access }) => access?.who === 'user' && access.role === undefined)))(
    'does not open %s',
    async (_name, door) => {
      await expectRefusal(door, await tokenOf(null, 'read write follow push'), noPerson);
    },
  );
});

describe('a token that reaches less', () => {
  afterAll(forgetTables);

  test.each(named(withScopes))('does not open %s', async (_name, door) => {
    const scopes = tooLittle(door);
    expect(scopes.length).toBeGreaterThan(5);
    // All of them together still do not suffice; and none of them does alone, for which the neighbours stand.
    const alien = scopes.includes('push') ? 'push' : 'profile';
    const granted = [scopes.join(' '), alien, ...scopes.filter((scope) => scope.includes(':')).slice(0, 2)];
    for (const reach of granted) await expectRefusal(door, await tokenOf(visitor(door), reach), wrongScope);
  });

  test.each(named(withScopes))('opens %s when it reaches just that, or all of its kind', async (_name, door) => {
    await forgetTables();
    for (const scope of door.access?.scopes ?? []) {
      const parent = scope
        .split(':')
        .slice(0, scope.startsWith('admin:') ? 2 : 1)
        .join(':');
      const granted = [scope, parent];
      if (/:(follows|blocks|mutes)$/.test(scope)) granted.push('follow');
      for (const wide of granted) {
        const token =
          door.access?.who === 'client'
            ? await appToken(server, town, wide)
            : await createToken(server.ctx, visitor(door), wide);
        const { status, body } = await knock(door, token);
        expect([401, 403], `${wide}: ${JSON.stringify(body)}`).not.toContain(status);
      }
    }
  });
});

describe('the staff’s doors', () => {
  afterAll(forgetTables);

  const staffed = guarded.filter(({ access }) => access?.role !== undefined);

  test.each(named(staffed))('%s stays closed for others, whatever their token says', async (_name, door) => {
    await expectRefusal(door, await tokenOf(town.alice.accountId, 'read write admin:read admin:write'), wrongScope);
  });

  test('a moderator is let in where moderators are, and no further', async () => {
    await forgetTables();
    const mona = await signUp(server, 'mona', { role: 'moderator' });
    for (const door of staffed) {
      const { status, body } = await knock(door, mona.token);
      if (door.access?.role === 'moderator') expect(status, nameOf(door)).not.toBe(403);
      else
        expect({ status, body }, nameOf(door)).toEqual({
          status: 403,
          body: { error: 'This action is not allowed for your role' },
        });
    }
  });
});

test('doors about passwords and sessions open for the web app only', async () => {
  const token = await createToken(server.ctx, town.alice.accountId, 'read write follow push');
  const own = guarded.filter(({ path }) =>
    /^\/api\/auth\/(sessions|account$|sign-out-everywhere|password$|apps|security|proof|totp|recovery-codes|passkeys)/.test(
      path,
    ),
  );
  expect(own.length).toBeGreaterThan(15);
  for (const door of own) {
    const change = { current_password: town.alice.password, password: 'another long pass phrase' };
    const body = { ...sampleFor(door, town, 'own'), ...change };
    const refused = await call(server.origin, door.method, addressOf(door, town), {
      token,
      ...(door.method === 'GET' ? {} : { body }),
    });
    expect(refused, nameOf(door)).toMatchObject({
      status: 403,
      body: { error: 'Please sign in on the website for this' },
    });
  }
  const sessions = own.find(({ path, method }) => path === '/api/auth/sessions' && method === 'GET');
  if (!sessions) throw new Error('no such door');
  expect((await knock(sessions, await keyOf(server, town, sessions))).status).toBe(200);
});
