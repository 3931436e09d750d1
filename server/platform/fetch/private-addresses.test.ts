// Where a request may never go, shown by servers that nobody connects to.
import { describe, expect, test } from 'vitest';
import { open, reasonOf, serve } from './rig.ts';

describe('addresses on this machine or its networks', () => {
  test('are refused without a connection, however they are written', async () => {
    const { port, connections } = await serve((_request, response) => response.end('secret'));
    const { fetch } = open({
      allowPrivateAddresses: false,
      policy: undefined,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    const hosts = [
      '127.0.0.1',
      'localhost',
      'LOCALHOST',
      'localhost.',
      'a.localhost',
      '0x7f.1',
      '0177.0.0.1',
      '2130706433',
      '127.1',
      '0',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[fe80::1]',
      '[fc00::1]',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '192.0.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '１２７.0.0.1',
      '127。0。0。1',
      'printer.local',
      'metadata.google.internal',
    ];
    for (const host of hosts) {
      expect([host, await reasonOf(fetch(`http://${host}/`))]).toEqual([host, 'blocked_private']);
      expect([host, await reasonOf(fetch(`https://${host}/`))]).toEqual([host, 'blocked_private']);
      expect([host, await reasonOf(fetch(`http://${host}:${port}/`))]).toEqual([host, 'blocked_port']);
    }
    expect(connections()).toBe(0);
  });

  test('are refused when a name leads to them, without a connection', async () => {
    const { port, connections } = await serve((_request, response) => response.end('secret'));
    const answers: Record<string, string[]> = {
      'private.example': ['127.0.0.1'],
      'mixed.example': ['93.184.216.34', '127.0.0.1'],
      'six.example': ['::1'],
      'mapped.example': ['::ffff:127.0.0.1'],
      'nowhere.example': [],
    };
    const { fetch } = open({
      allowPrivateAddresses: false,
      resolve: async (name) =>
        (answers[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      policy: { isAllowedAddress: (address) => address === '93.184.216.34', isAllowedPort: () => true },
    });
    for (const host of ['private.example', 'mixed.example', 'six.example', 'mapped.example']) {
      expect([host, await reasonOf(fetch(`http://${host}:${port}/`))]).toEqual([host, 'blocked_private']);
    }
    expect(await reasonOf(fetch(`http://nowhere.example:${port}/`))).toBe('dns');
    expect(connections()).toBe(0);
  });

  test('are refused when a name leads to them only the second time', async () => {
    const { port, connections } = await serve(
      (_request, response) => response.setHeader('connection', 'close').end('ok'),
      '127.0.0.2',
    );
    let now = Date.now();
    const addresses = ['127.0.0.2', '127.0.0.1'];
    const { fetch } = open({
      allowPrivateAddresses: false,
      clock: () => new Date(now),
      resolve: async () => [{ address: addresses.shift() ?? '127.0.0.1', family: 4 }],
      policy: { isAllowedAddress: (address) => address === '127.0.0.2', isAllowedPort: () => true },
    });
    expect((await fetch(`http://rebinding.example:${port}/`)).text()).toBe('ok');
    expect((await fetch(`http://rebinding.example:${port}/`)).text()).toBe('ok');
    now += 3_600_000;
    expect(await reasonOf(fetch(`http://rebinding.example:${port}/`))).toBe('blocked_private');
    expect(connections()).toBe(2);
  });

  test('are refused when a redirect leads to them', async () => {
    const secret = await serve((_request, response) => response.end('secret'), '127.0.0.1');
    const { port } = await serve((request, response) => {
      const host = request.url === '/ip' ? '127.0.0.1' : 'private.example';
      response.writeHead(302, { location: `http://${host}:${secret.port}/` }).end();
    }, '127.0.0.2');
    const { fetch } = open({
      allowPrivateAddresses: false,
      resolve: async (name) => [{ address: name === 'public.example' ? '127.0.0.2' : '127.0.0.1', family: 4 }],
      policy: { isAllowedAddress: (address) => address === '127.0.0.2', isAllowedPort: () => true },
    });
    expect(await reasonOf(fetch(`http://public.example:${port}/ip`))).toBe('blocked_private');
    expect(await reasonOf(fetch(`http://public.example:${port}/name`))).toBe('blocked_private');
    expect(secret.connections()).toBe(0);
  });

  test('are refused even when the name looked harmless and the connection was made all the same', async () => {
    let isServed = false;
    const { port } = await serve((_request, response) => {
      isServed = true;
      response.end('secret');
    });
    let checks = 0;
    const { fetch } = open({
      allowPrivateAddresses: false,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      policy: { isAllowedAddress: () => (checks += 1) === 1, isAllowedPort: () => true },
    });
    expect(await reasonOf(fetch(`http://odd.example:${port}/`))).toBe('blocked_private');
    expect(isServed).toBe(false);
  });

  test('answer when the operator allows them', async () => {
    const { port } = await serve((_request, response) => response.end('ok'));
    const { fetch } = open();
    for (const host of ['127.0.0.1', 'localhost', '0x7f.1', '2130706433']) {
      expect((await fetch(`http://${host}:${port}/`)).text()).toBe('ok');
    }
  });
});

describe('an address', () => {
  test.each([
    '',
    'x',
    '/path',
    '//example.com/',
    'example.com',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'gopher://example.com/',
    'javascript:alert(1)',
    'http:example.com',
    'http:///example.com',
    'http://',
    'http://exa mple.com/',
    'http://example.com/a b',
    'http://example.com/\r\nX: y',
    'http://user@example.com/',
    'http://user:pass@example.com/',
    'http://:@',
    'http://exam%2Fple.com/',
    'http://example.com:99999/',
    'http://a..b/',
    ' http://example.com/',
    'http://example.com/\u0000',
    'http://[::1',
    `http://example.com/${'a'.repeat(9000)}`,
    'http://\\example.com/',
  ])('%j is refused before anything is asked', async (url) => {
    const { fetch } = open({ resolve: () => Promise.reject(new Error('asked the network')) });
    expect(await reasonOf(fetch(url))).toBe('bad_url');
  });

  test('on another port than the web’s is refused', async () => {
    const { fetch } = open({
      allowPrivateAddresses: false,
      resolve: () => Promise.reject(new Error('asked the network')),
    });
    for (const url of ['http://example.com:22/', 'https://example.com:8443/', 'http://example.com:6379/']) {
      expect(await reasonOf(fetch(url))).toBe('blocked_port');
    }
    expect(await reasonOf(fetch('https://example.com:443/'))).toBe('network');
    expect(await reasonOf(fetch('http://example.com:443/'))).toBe('network');
  });
});
