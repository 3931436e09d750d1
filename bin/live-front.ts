// A proxy with TLS on this machine, to try this server against servers of other authors by hand (docs/build/live-peers.md):
// node bin/live-front.ts folder port name.test=http://127.0.0.1:3000 ...
// The folder gets authority.pem, which the servers have to trust, and passages.jsonl, what they say to each other.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '#server/testing/authority.ts';
import { openTlsFront } from '#server/testing/tls-front.ts';

const [folder = '', port = '', ...ways] = process.argv.slice(2);
const leads = ways.map((way) => /^([\w.-]+\.test)=(https?:\/\/.+)$/u.exec(way)?.slice(1) ?? []);
if (!/^\d+$/u.test(port) || leads.length === 0 || leads.some((lead) => lead.length === 0)) {
  console.error('Say where to write, on which port to listen and who is where, as in:');
  console.error('node bin/live-front.ts peers 8443 rookery.test=http://127.0.0.1:3000 blog.test=http://127.0.0.1:8000');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const authority = createAuthority();
writeFileSync(join(folder, 'authority.pem'), authority.cert);
const front = await openTlsFront(
  authority,
  leads.map(([name = '']) => name),
  {
    port: Number(port),
    onPassage: (passage) => appendFileSync(join(folder, 'passages.jsonl'), `${JSON.stringify(passage)}\n`),
  },
);
for (const [name = '', address = ''] of leads) {
  front.lead(name, { address });
  console.log(`https://${name}:${front.port} -> ${address}`);
}
