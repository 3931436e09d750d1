// What those who run the server see of deliveries: how each other server is doing, and trying it again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rookery } from '#server/cli/test-program.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { listHosts } from '#server/platform/fediverse/host-states.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let admin: Person;

beforeAll(async () => {
  scene = await openScene();
  admin = await signUp(scene.server, 'keeper', { role: 'admin' });
  const dead = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
  await scene.server.ctx.database.pool.query(
    `insert into remote_hosts (host, failures, failures_since, closed_until) values
      ('closed.example', 6, now(), now() + interval '20 minutes'), ('dormant.example', 30, $1, now() + interval '1 day')`,
    [dead],
  );
});
afterAll(() => scene?.close());

describe('other servers', () => {
  it('are listed with their state, what waits for them and why', async () => {
    const { alice, there, server } = scene;
    there.answer(() => ({ status: 503 }));
    await alice.api('POST', '/api/v1/statuses', { status: `@eve@${there.host} hello` });
    await server.settle();
    const { status, body } = await admin.api('GET', '/api/admin/deliveries/hosts');
    expect(status).toBe(200);
    expect(body.map(({ host, state }: Record<string, string>) => [host, state])).toEqual([
      ['closed.example', 'closed'],
      ['dormant.example', 'dormant'],
      [there.host, 'failing'],
    ]);
    expect(body[2]).toMatchObject({
      failures: 1,
      failing_since: expect.stringMatching(/Z$/),
      waiting: 1,
      given_up: 0,
      next_try_at: expect.stringMatching(/Z$/),
      last_error: 'answered 503',
      last_status: 503,
    });
    const { body: second } = await admin.api('GET', '/api/admin/deliveries/hosts?after=closed.example&limit=1');
    expect(second.map(({ host }: { host: string }) => host)).toEqual(['dormant.example']);
    const { body: closed } = await admin.api('GET', '/api/admin/deliveries/hosts?state=closed');
    expect(closed.map(({ host }: { host: string }) => host)).toEqual(['closed.example']);
  });

  it('that fail in any way are listed together, page by page as Link says', async () => {
    await scene.server.ctx.database.pool.query(`insert into remote_hosts (host) values ('well.example')`);
    const first = await admin.api('GET', '/api/admin/deliveries/hosts?failing=true&limit=2');
    expect(first.body.map(({ host }: { host: string }) => host)).toEqual(['closed.example', 'dormant.example']);
    const [, next = ''] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
    const second = await admin.api('GET', next);
    expect(second.body.map(({ host }: { host: string }) => host)).toEqual([scene.there.host]);
    expect(second.headers.get('link')).toBeNull();
    await scene.server.ctx.database.pool.query(`delete from remote_hosts where host = 'well.example'`);
  });

  it('are read in one statement, however many there are', async () => {
    const { ctx } = scene.server;
    expect(await statementsOf(ctx, () => listHosts(ctx, { limit: 100 }))).toBe(1);
  });

  it('are tried again when an admin says so', async () => {
    const { there, server } = scene;
    there.answer(() => ({ status: 202 }));
    there.delivered.length = 0;
    const again = await admin.api('POST', `/api/admin/deliveries/hosts/${there.host}/retry`);
    expect(again).toMatchObject({ status: 200, body: { deliveries: 1 } });
    await server.settle();
    expect(there.delivered).toHaveLength(1);
    const { body } = await admin.api('GET', `/api/admin/deliveries/hosts?state=open`);
    expect(body).toMatchObject([{ host: there.host, waiting: 0, failures: 0, failing_since: null }]);
    expect(await admin.api('POST', '/api/admin/deliveries/hosts/nobody.example/retry')).toMatchObject({
      status: 404,
      body: { error: 'Nothing was ever sent to that server.' },
    });
    expect((await admin.api('GET', '/api/admin/deliveries/hosts?state=ill')).status).toBe(422);
    expect((await scene.alice.api('GET', '/api/admin/deliveries/hosts')).status).toBe(403);
  });

  it('are shown by the command line too', async () => {
    const { server, there } = scene;
    const { dataDir } = server.ctx.config;
    const settings = { DATABASE_URL: server.databaseUrl, DATA_DIR: dataDir, ORIGIN: server.origin };
    const listed = await rookery(settings, ['federation', 'hosts', '--state', 'dormant']);
    expect(listed.stdout).toMatch(/^HOST +STATE.*\ndormant\.example +dormant/u);
    const again = await rookery(settings, ['federation', 'retry', 'dormant.example', '--json']);
    expect(again).toMatchObject({ code: 0, json: { host: 'dormant.example', deliveries: 0 } });
    const { json } = await rookery(settings, ['federation', 'hosts', '--json']);
    expect(json.map(({ host, state }: Record<string, string>) => [host, state])).toEqual([
      ['closed.example', 'closed'],
      ['dormant.example', 'open'],
      [there.host, 'open'],
    ]);
    const unknown = await rookery(settings, ['federation', 'retry', 'nobody.example']);
    expect(unknown).toMatchObject({ code: 1, stderr: 'Error: Nothing was ever sent to nobody.example.\n' });
  });
});
