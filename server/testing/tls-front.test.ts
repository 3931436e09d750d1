// The proxy tells what passed through it: people who try live peers by hand read there what was said.
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createAuthority } from './authority.ts';
import { openTlsFront, type Passage } from './tls-front.ts';

it('what passes is told with both bodies, and reaches whom it is for', async () => {
  const echo = createServer((asked, answer) => void text(asked).then((body) => answer.writeHead(202).end(`<${body}>`)));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const authority = createAuthority();
  const passages: Passage[] = [];
  const front = await openTlsFront(authority, ['peer.test'], { onPassage: (passage) => void passages.push(passage) });
  try {
    front.lead('peer.test', { address: `http://127.0.0.1:${(echo.address() as AddressInfo).port}` });
    const to = { host: '127.0.0.1', port: front.port, servername: 'peer.test', ca: authority.cert };
    const answered = await new Promise<string>((resolve, reject) => {
      const asked = request({ ...to, method: 'POST', path: '/inbox?a=1', headers: { host: 'peer.test' } }, (answer) => {
        void text(answer).then(resolve, reject);
      });
      asked.on('error', reject).end('hello');
    });
    expect(answered).toBe('<hello>');
    expect(passages).toEqual([
      { name: 'peer.test', method: 'POST', path: '/inbox?a=1', status: 202, body: 'hello', answer: '<hello>' },
    ]);
  } finally {
    await front.close();
    echo.close();
  }
});
