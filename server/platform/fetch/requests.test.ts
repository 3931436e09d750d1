// What an ordinary request brings back, and which redirects are followed.
import { createServer as createSecureServer } from 'node:https';
import { describe, expect, test } from 'vitest';
import { bodyOf, certificate, fixture, listen, open, reasonOf, serve, type Listening } from './rig.ts';

describe('an ordinary request', () => {
  test('brings back status, headers, address, text and JSON', async () => {
    const { port } = await serve((request, response) => {
      response.writeHead(202, { 'content-type': 'application/json', 'x-two': ['a', 'b'] });
      response.end(JSON.stringify({ path: request.url, headers: request.headers }));
    });
    const answer = await open().fetch(`http://localhost:${port}/a?b=c#d`, { accept: 'application/activity+json' });
    expect(answer).toMatchObject({ status: 202, url: `http://localhost:${port}/a?b=c` });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-two': 'a, b' });
    expect(answer.json()).toMatchObject({
      path: '/a?b=c',
      headers: { host: `localhost:${port}`, accept: 'application/activity+json', 'user-agent': 'Rookery/test' },
    });
    expect(JSON.parse(answer.text())).toEqual(answer.json());
  });

  test('sends body and headers, but the host that it goes to', async () => {
    const { port } = await serve(async (request, response) => {
      response.end(`${request.method} ${request.headers.host} ${request.headers.digest} ${await bodyOf(request)}`);
    });
    const answer = await open().fetch(`http://127.0.0.1:${port}/`, {
      method: 'post',
      headers: { Host: 'other.example', Digest: 'x', 'Content-Length': '1', Connection: 'close' },
      body: '{"a":1}',
    });
    expect(answer.text()).toBe(`POST 127.0.0.1:${port} x {"a":1}`);
  });

  test('of any status is an answer', async () => {
    const { port } = await serve((_request, response) => response.writeHead(503, { 'retry-after': '7' }).end('later'));
    const answer = await open().fetch(`http://localhost:${port}/`);
    expect([answer.status, answer.headers['retry-after'], answer.text()]).toEqual([503, '7', 'later']);
  });

  test('reads text by its charset, and by UTF-8 when nobody knows the charset', async () => {
    const { port } = await serve((request, response) => {
      response.setHeader('content-type', `text/html; charset=${request.url === '/a' ? 'iso-8859-2' : 'klingon'}`);
      response.end(request.url === '/a' ? Buffer.from([0xb1]) : 'ą');
    });
    const { fetch } = open();
    expect((await fetch(`http://localhost:${port}/a`)).text()).toBe('ą');
    expect((await fetch(`http://localhost:${port}/b`)).text()).toBe('ą');
  });

  test('that is not answered with JSON says so when JSON is wanted', async () => {
    const { port } = await serve((_request, response) => response.end('<html>'));
    const answer = await open().fetch(`http://localhost:${port}/`);
    expect(() => answer.json()).toThrow(expect.objectContaining({ reason: 'bad_response' }));
  });

  test('HEAD has no body', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': '99999999', 'content-encoding': 'gzip' }).end(),
    );
    const answer = await open().fetch(`http://localhost:${port}/`, { method: 'HEAD' });
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
  });
});

describe('a redirect', () => {
  test('is followed up to three times, the fourth fails', async () => {
    const { port } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end('body of a redirect');
    });
    const { fetch } = open();
    const answer = await fetch(`http://localhost:${port}/3`);
    expect([answer.text(), answer.url]).toEqual(['there', `http://localhost:${port}/0`]);
    expect(await reasonOf(fetch(`http://localhost:${port}/4`))).toBe('redirects');
    expect(await reasonOf(fetch(`http://localhost:${port}/2`, { maxRedirects: 1 }))).toBe('redirects');
    expect(await reasonOf(fetch(`http://localhost:${port}/1`, { redirect: 'error' }))).toBe('redirects');
  });

  test.each([
    'file:///etc/passwd',
    'data:text/plain,x',
    'gopher://example.com/',
    'http://user:pass@example.com/',
    'http://exa mple.com/',
  ])('to %s fails', async (location) => {
    const { port } = await serve((_request, response) => response.writeHead(301, { location }).end());
    expect(['bad_url', 'redirects']).toContain(await reasonOf(open().fetch(`http://localhost:${port}/`)));
  });

  test('without an address is an answer', async () => {
    const { port } = await serve((_request, response) => response.writeHead(302).end('nowhere'));
    expect((await open().fetch(`http://localhost:${port}/`)).text()).toBe('nowhere');
  });

  test('takes no credentials along; the caller signs anew', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/from') response.writeHead(307, { location: `http://127.0.0.1:${port}/to?x=1` }).end();
      else response.end(JSON.stringify(request.headers));
    });
    const { fetch } = open();
    const headers = { Authorization: 'Bearer a', Cookie: 'b', Signature: 'c', 'Signature-Input': 'd', 'X-Kept': 'e' };
    const plain = (await fetch(`http://localhost:${port}/from`, { headers })).json();
    expect(plain).toMatchObject({ 'x-kept': 'e', host: `127.0.0.1:${port}` });
    for (const name of ['authorization', 'cookie', 'signature', 'signature-input'])
      expect(plain).not.toHaveProperty(name);

    const seen: unknown[] = [];
    const signed = await fetch(`http://localhost:${port}/from`, {
      headers,
      onRedirect: (next) => {
        seen.push([next.url, next.method, next.headers.signature]);
        return { Signature: 'for the new host', Host: 'ignored' };
      },
    });
    expect(seen).toEqual([[`http://127.0.0.1:${port}/to?x=1`, 'GET', undefined]]);
    expect(signed.json()).toMatchObject({ signature: 'for the new host', host: `127.0.0.1:${port}` });
  });

  test('of a POST is followed with its body when the method is kept, refused when it would change', async () => {
    const { port } = await serve(async (request, response) => {
      const status = Number(request.url?.slice(1));
      if (status > 0) response.writeHead(status, { location: '/0' }).end();
      else response.end(`${request.method} ${await bodyOf(request)}`);
    });
    const { fetch } = open();
    const post = (status: number) => fetch(`http://localhost:${port}/${status}`, { method: 'POST', body: 'x' });
    expect((await post(307)).text()).toBe('POST x');
    expect((await post(308)).text()).toBe('POST x');
    for (const status of [301, 302, 303])
      await expect(post(status)).rejects.toMatchObject({ reason: 'redirects', status });
  });

  test('from https to http fails', async () => {
    const plain = await serve((_request, response) => response.end('plain'));
    const server = createSecureServer({ key: fixture('localhost.key'), cert: certificate }, (_request, response) => {
      response.writeHead(302, { location: `http://localhost:${plain.port}/` }).end();
    });
    const { port } = await listen(server);
    expect(await reasonOf(open({ ca: certificate }).fetch(`https://localhost:${port}/`))).toBe('redirects');
    expect(plain.connections()).toBe(0);
  });
});

describe('TLS', () => {
  const secure = (): Promise<Listening> =>
    listen(
      createSecureServer({ key: fixture('localhost.key'), cert: certificate }, (_request, response) =>
        response.end('safe'),
      ),
    );

  test('with a trusted certificate works', async () => {
    const { port } = await secure();
    expect((await open({ ca: certificate }).fetch(`https://localhost:${port}/`)).text()).toBe('safe');
  });

  test('with an unknown certificate, or one for another name, fails', async () => {
    const { port } = await secure();
    await expect(open().fetch(`https://localhost:${port}/`)).rejects.toMatchObject({
      reason: 'tls',
      retryable: true,
      faultOfHost: true,
    });
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    expect(await reasonOf(open({ ca: certificate, resolve }).fetch(`https://other.example:${port}/`))).toBe('tls');
  });

  test('with a server that speaks plain http fails', async () => {
    const { port } = await serve((_request, response) => response.end('plain'));
    expect(await reasonOf(open().fetch(`https://localhost:${port}/`))).toBe('tls');
  });
});
