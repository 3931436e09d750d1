// The proxy tells what passed through it: people who try live peers by hand read there what was said.
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createAuthority } from './authority.ts';
import { openTlsFront, type Passage } from './tls-front.ts';

it('what passes is told with both bodies, and so is what nobody took', async () => {
  const echo = createServer((asked, answer) => void text(asked).then((body) => answer.writeHead(202).end(`<${body}>`)));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const authority = createAuthority();
  const passages: Passage[] = [];
  const front = await openTlsFront(authority, ['peer.test'], { onPassage: (passage) => void passages.push(passage) });
  try {
    front.lead('peer.test', { address: `http://127.0.0.1:${(echo.address() as AddressInfo).port}` });
    const to = { host: '127.0.0.1', port: front.port, servername: 'peer.test', ca: authority.cert };
    const post = (body: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const asked = request(
          { ...to, method: 'POST', path: '/inbox?a=1', headers: { host: 'peer.test' } },
          (answer) => {
            void text(answer).then(resolve, reject);
          },
        );
        asked.on('error', reject).end(body);
      });
    expect(await post('hello')).toBe('<hello>');
    echo.closeAllConnections();
    await new Promise((resolve) => echo.close(resolve));
    expect(await post('')).toBe('');
    const passage = { name: 'peer.test', method: 'POST', path: '/inbox?a=1' };
    expect(passages).toEqual([
      { ...passage, status: 202, body: 'hello', answer: '<hello>' },
      { ...passage, status: 502, body: '', answer: '' },
    ]);
  } finally {
    await front.close();
    if (echo.listening) echo.close();
  }
});
