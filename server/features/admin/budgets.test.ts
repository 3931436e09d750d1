// What the staff's lists, and those about other servers, cost: a fixed number of statements, however much stands in them.
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let olga: Person;
let alice: Person;
const severance = '7000';

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  [olga, alice] = await Promise.all([signUp(server, 'olga', { role: 'owner' }), signUp(server, 'alice')]);
});
afterAll(() => server.close());

/** One more of everything. */
async function add(number: number): Promise<void> {
  const good = async (path: string, body: object): Promise<void> => {
    const { status, body: answer } = await olga.api('POST', path, body);
    expect(status, JSON.stringify(answer)).toBeLessThan(300);
  };
  await good('/api/v1/admin/domain_blocks', { domain: `evil${number}.example`, severity: 'suspend' });
  await good('/api/v1/admin/domain_allows', { domain: `kind${number}.example` });
  await good('/api/v1/admin/email_domain_blocks', { domain: `mail${number}.example` });
  await good('/api/admin/relays', { address: `https://relay${number}.example/inbox` });
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c33' } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set('shortcode', `bird${number}`);
  form.set('image', new Blob([new Uint8Array(picture)]), 'bird.png');
  await good('/api/admin/emojis', form);
  const { accountId } = await signUp(server, `lost${number}`);
  const query = (text: string, values: unknown[]) => server.ctx.database.pool.query(text, values);
  await query('insert into remote_hosts (host) values ($1)', [`host${number}.example`]);
  await query('insert into block_lists (id, url, created_at) values ($1, $2, now())', [
    String(number),
    `https://lists.example/${number}.csv`,
  ]);
  // Each server took somebody along; the first one takes them all.
  await query(`insert into severances (id, account_id, domain, change_id, created_at) values ($1, $2, $3, $1, now())`, [
    String(BigInt(severance) + BigInt(number)),
    alice.accountId,
    `evil${number}.example`,
  ]);
  await query(
    `insert into severed_follows (severance_id, other_id, direction, show_boosts, notify, created_at)
    values ($1, $2, 'follower', true, false, now())`,
    [severance, accountId],
  );
}

async function costs(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const measure = async (person: Person, path: string): Promise<void> => {
    found[path] = await statementsOf(server.ctx, async () => {
      const { status, body } = await person.api('GET', path);
      expect(status, JSON.stringify(body)).toBe(200);
    });
  };
  for (const path of [
    '/api/v1/admin/domain_blocks',
    '/api/v1/admin/domain_allows',
    '/api/v1/admin/email_domain_blocks',
    '/api/admin/domain-changes',
    '/api/admin/domain-blocks/export',
    '/api/admin/block-lists',
    '/api/admin/relays',
    '/api/admin/emojis',
    '/api/admin/deliveries/hosts',
  ])
    await measure(olga, path);
  for (const path of [
    '/api/v1/instance/domain_blocks',
    '/api/v1/instance/peers',
    '/api/v1/instance/activity',
    '/api/v1/severed_relationships',
    `/api/v1/severed_relationships/${severance}/accounts`,
  ])
    await measure(alice, path);
  return found;
}

test('a list costs as much with one entry as with five', async () => {
  await add(0);
  const withOne = await costs();
  expect(withOne).toEqual({
    '/api/v1/admin/domain_blocks': 1,
    '/api/v1/admin/domain_allows': 1,
    '/api/v1/admin/email_domain_blocks': 1,
    '/api/admin/domain-changes': 1,
    '/api/admin/domain-blocks/export': 1,
    '/api/admin/block-lists': 1,
    '/api/admin/relays': 1,
    '/api/admin/emojis': 0,
    '/api/admin/deliveries/hosts': 1,
    '/api/v1/instance/domain_blocks': 0,
    '/api/v1/instance/peers': 0,
    '/api/v1/instance/activity': 0,
    '/api/v1/severed_relationships': 1,
    [`/api/v1/severed_relationships/${severance}/accounts`]: 3,
  });
  for (const number of [1, 2, 3, 4]) await add(number);
  expect(await costs()).toEqual(withOne);
});
