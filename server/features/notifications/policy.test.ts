// The policy about strangers says the same as code and as SQL, for every sender that there can be.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '#server/platform/database.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { verdicts, type Verdict } from './entities.ts';
import { defaultPolicy, groupKeyOf, verdictOn, verdictSql, type Policy, type Sender } from './policy.ts';

let test: TestContext;
beforeAll(async () => {
  test = await openTestContext();
});
afterAll(() => test.close());

const senderKeys = ['permitted', 'followed', 'longFollower', 'isNew', 'isBot', 'isLimited', 'unasked'] as const;
const policyKeys = [
  'forNotFollowing',
  'forNotFollowers',
  'forNewAccounts',
  'forPrivateMentions',
  'forLimitedAccounts',
  'forBots',
] as const;
const senderOf = (bits: number): Sender => {
  const [permitted, followed, longFollower, isNew, isBot, isLimited, unasked] = senderKeys.map(
    (_, index) => (bits & (1 << index)) !== 0,
  ) as [boolean, boolean, boolean, boolean, boolean, boolean, boolean];
  return { permitted, followed, longFollower, isNew, isBot, isLimited, unasked };
};

it('judges alike as code and as SQL', async () => {
  const senders = Array.from({ length: 2 ** senderKeys.length }, (_, bits) => senderOf(bits));
  const policies: Array<Policy | null> = [
    null,
    ...policyKeys.flatMap((key) => verdicts.map((verdict) => ({ ...defaultPolicy, [key]: verdict }))),
    ...verdicts.map(
      (verdict) => Object.fromEntries(policyKeys.map((key) => [key, verdict])) as Record<keyof Policy, Verdict>,
    ),
  ];
  const rows = policies.flatMap((policy) => senders.map((sender) => ({ policy, sender })));
  const policyColumns = policyKeys.map(
    (key) => sql`(row.value -> 'policy' ->> ${sql.lit(key)}) as ${sql.ref(key.replace(/[A-Z]/g, '_$&').toLowerCase())}`,
  );
  const names = ['permitted', 'followed', 'long_follower', 'is_new', 'is_bot', 'is_limited', 'unasked'];
  const senderSelect = senderKeys.map(
    (key, index) => sql`(row.value -> 'sender' ->> ${sql.lit(key)})::boolean as ${sql.ref(names[index] ?? '')}`,
  );
  const { rows: judged } = await sql<{ verdict: Verdict }>`
    select ${verdictSql('policy', 'sender')} as verdict
    from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality as row (value, place)
    cross join lateral (select ${sql.join(policyColumns)}) policy
    cross join lateral (select ${sql.join(senderSelect)}) sender order by row.place`.execute(test.ctx.database.read);
  expect(judged.map(({ verdict }) => verdict)).toEqual(
    rows.map(({ policy, sender }) => verdictOn(policy ?? defaultPolicy, sender)),
  );
});

it('groups what one line can tell, by post and day', () => {
  const at = new Date('2026-01-02T10:00:00Z');
  const later = new Date('2026-01-03T10:00:00Z');
  expect(groupKeyOf('like', '7', at)).not.toBe(groupKeyOf('like', '8', at));
  expect(groupKeyOf('like', '7', at)).not.toBe(groupKeyOf('like', '7', later));
  expect(groupKeyOf('like', '7', at)).not.toBe(groupKeyOf('boost', '7', at));
  expect(groupKeyOf('follow', null, at)).toBe(groupKeyOf('follow', null, at));
  expect(groupKeyOf('mention', '7', at)).toBeNull();
});
