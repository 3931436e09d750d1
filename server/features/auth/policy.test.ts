// The rules of signing in, one table each.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMs } from '#server/testing/cpu.ts';
import { allScopes, areWithin, effectiveScopes, emailFault, isRedirectUri, parseScopes, refusalOf } from './policy.ts';
import { pushKeyOf } from './service/push-key.ts';
import { hashPassword, isOutdated, verifyPassword } from './service/passwords.ts';

describe('scopes', () => {
  test.each([
    [undefined, ['read']],
    ['', ['read']],
    ['read write', ['read', 'write']],
    ['read+write:statuses  push', ['read', 'write:statuses', 'push']],
    ['read read', ['read']],
    ['read nonsense', null],
    ['READ', null],
  ])('%j is read as %j', (text, scopes) => {
    expect(parseScopes(text)).toEqual(scopes);
  });

  test.each([
    [['read:statuses'], ['read'], true],
    [['read'], ['read:statuses'], false],
    [['admin:read:reports'], ['admin:read'], true],
    [['admin:read'], ['read'], false],
    [['write:media'], ['write:media'], true],
    [['reading'], ['read'], false],
  ])('%j is within %j: %s', (wanted, granted, expected) => {
    expect(areWithin(wanted, granted)).toBe(expected);
  });

  test('give an ordinary person no power over others', () => {
    expect(effectiveScopes(allScopes, 'user').filter((scope) => scope.startsWith('admin'))).toEqual([]);
    expect(effectiveScopes(['admin:read'], 'moderator')).toEqual(['admin:read']);
    expect(effectiveScopes(['admin:read', 'read'], null)).toEqual(['read']);
  });
});

test.each([
  ['https://client.example/cb', true],
  ['http://localhost:8080/', true],
  ['icecubesapp://', true],
  ['com.tapbots.Ivory.1:/oauth', true],
  ['urn:ietf:wg:oauth:2.0:oob', true],
  ['https://client.example/cb?x=1', true],
  ['https://client.example/#f', false],
  ['https://client.example/cb#', false],
  ['https://user:pw@client.example/', false],
  ['javascript:alert(1)', false],
  ['JavaScript:alert(1)', false],
  ['data:text/html,x', false],
  ['vbscript:x', false],
  ['file:///etc/passwd', false],
  ['https:///path', true],
  ['/relative', false],
  ['https://client.example/\r\nSet-Cookie: a=b', false],
  ['https://клиент.example/', false],
  ['', false],
])('a code may be sent to %j: %s', (uri, expected) => {
  expect(isRedirectUri(uri)).toBe(expected);
});

test.each([
  ['alice@mail.example', null],
  ['a.b+tag@sub.mail.example', null],
  ['имя@почта.example', null],
  ['root@localhost', null],
  ['', 'ERR_BLANK'],
  ['alice', 'ERR_INVALID'],
  ['@mail.example', 'ERR_INVALID'],
  ['alice@', 'ERR_INVALID'],
  ['alice@-mail.example', 'ERR_INVALID'],
  ['alice@mail..example', 'ERR_INVALID'],
  ['a@b@c.example', 'ERR_INVALID'],
  ['a%b@c.example', 'ERR_INVALID'],
  ['"x y"@z.example', 'ERR_INVALID'],
  ['a@x.example,b@y.example', 'ERR_INVALID'],
  ['a@x.example\nBcc: b@y.example', 'ERR_INVALID'],
  ['Alice <a@x.example>', 'ERR_INVALID'],
  [`${'a'.repeat(250)}@x.example`, 'ERR_INVALID'],
])('the address %j: %s', (email, code) => {
  expect(emailFault(email)?.error ?? null).toBe(code);
});

test('checking an address takes no longer than its length allows', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      const check = (): void => {
        emailFault(`${text}@${text}`);
        emailFault(`${'a.'.repeat(120)}@${text}`);
      };
      return Math.min(cpuMs(check), cpuMs(check), cpuMs(check)) < 50;
    }),
  );
});

test('why a login may not be used, the gravest reason first', () => {
  const free = {
    opened: true,
    emailConfirmedAt: null,
    approvedAt: null,
    disabledAt: null,
    suspendedAt: null,
    leavingAt: null,
  };
  const now = new Date();
  expect(refusalOf(free, true)).toBeNull();
  expect(refusalOf({ ...free, disabledAt: now }, true)).toContain('disabled');
  expect(refusalOf({ ...free, disabledAt: now, suspendedAt: now }, true)).toContain('suspended');
  expect(refusalOf({ ...free, opened: false }, true)).toContain('confirmed e-mail');
  expect(refusalOf({ ...free, opened: false }, false)).toContain('pending approval');
  expect(refusalOf({ ...free, opened: false, emailConfirmedAt: now }, true)).toContain('pending approval');
});

describe('passwords', () => {
  test('are kept as argon2id with a salt of their own', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await verifyPassword('correct horse', one)).toBe(true);
    expect(await verifyPassword('correct horsf', one)).toBe(false);
    expect(isOutdated(one)).toBe(false);
  });

  test('match in whatever way the letters were composed', async () => {
    const kept = await hashPassword('caf\u00e9 au lait');
    expect(await verifyPassword('cafe\u0301 au lait', kept)).toBe(true);
  });

  test('of nobody are never right, and a broken hash is not an error', async () => {
    expect(await verifyPassword('anything', null)).toBe(false);
    expect(await verifyPassword('anything', 'not a hash')).toBe(false);
    expect(isOutdated('not a hash')).toBe(true);
  });
});

test('the push key belongs to the secret key and to nothing else', () => {
  const one = pushKeyOf('a'.repeat(32));
  expect(one).toEqual(pushKeyOf('a'.repeat(32)));
  expect(one.publicKey).not.toBe(pushKeyOf('b'.repeat(32)).publicKey);
  expect(Buffer.from(one.publicKey, 'base64url')).toHaveLength(65);
  expect(Buffer.from(one.privateKey, 'base64url')).toHaveLength(32);
});
