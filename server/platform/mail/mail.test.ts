// One contract for every way that letters take, shown on each adapter: the log, and a real SMTP server.
import { Writable } from 'node:stream';
import pino from 'pino';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { openLogMail } from './log.ts';
import type { Letter, Mail } from './mail.ts';
import { openSmtpMail } from './smtp.ts';

/** What arrived, wherever the adapter brings it. */
interface Arrived {
  to: string;
  subject: string;
  text: string;
}

interface Opened {
  mail: Mail;
  arrived(): Promise<Arrived[]>;
  close(): Promise<void>;
}

const closers: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function openLog(): Opened {
  const lines: Array<Record<string, string>> = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return {
    mail: openLogMail(pino(sink)),
    arrived: async () =>
      lines.map((line) => ({ to: line['to'] ?? '', subject: line['subject'] ?? '', text: line['letter'] ?? '' })),
    close: async () => {},
  };
}

interface SmtpInbox extends Opened {
  emails(): Promise<Email[]>;
  logins: string[];
}

async function openSmtp(options: { refuses?: boolean; password?: string } = {}): Promise<SmtpInbox> {
  const raw: Buffer[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    disabledCommands: options.password === undefined ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: options.password === undefined,
    onAuth(auth, _session, done) {
      logins.push(auth.username ?? '');
      if (auth.password === options.password) done(null, { user: auth.username });
      else done(new Error('wrong'));
    },
    onRcptTo(_address, _session, done) {
      if (options.refuses === true) done(new Error('no such mailbox'));
      else done();
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        raw.push(Buffer.concat(chunks));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const credentials = options.password === undefined ? '' : `sender:${options.password}@`;
  const mail = openSmtpMail(`smtp://${credentials}127.0.0.1:${port}`, 'Rookery <noreply@social.example>');
  const emails = (): Promise<Email[]> => Promise.all(raw.map((bytes) => PostalMime.parse(bytes)));
  return {
    mail,
    emails,
    logins,
    arrived: async () =>
      (await emails()).map((email) => ({
        to: email.to?.[0]?.address ?? '',
        subject: email.subject ?? '',
        text: email.text ?? '',
      })),
    async close() {
      await mail.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function opened<Kind extends Opened>(opening: Kind | Promise<Kind>): Promise<Kind> {
  const made = await opening;
  closers.push(() => made.close());
  return made;
}

const letter: Letter = {
  to: 'alice@mail.example',
  subject: 'Zażółć gęślą jaźń 🐦',
  text: 'Grüße!\n\nConfirm: http://localhost:3000/confirm?token=a_b-c\n',
  html: '<p>Grüße!</p>',
};

describe.each([
  ['the log', () => openLog()],
  ['SMTP', () => openSmtp()],
])('mail by %s', (_name, open) => {
  test('brings recipient, subject and text over in any script', async () => {
    const { mail, arrived } = await opened<Opened>(open());
    await mail.send(letter);
    const [found] = await arrived();
    expect(found).toMatchObject({ to: letter.to, subject: letter.subject });
    expect(found?.text.trim()).toBe(letter.text.trim());
  });

  test('sends several at once', async () => {
    const { mail, arrived } = await opened<Opened>(open());
    await Promise.all([1, 2, 3].map((n) => mail.send({ ...letter, to: `person${n}@mail.example` })));
    expect((await arrived()).map(({ to }) => to).toSorted()).toEqual([
      'person1@mail.example',
      'person2@mail.example',
      'person3@mail.example',
    ]);
  });
});

describe('SMTP', () => {
  test('sends both forms under the configured sender, as who the address says', async () => {
    const { mail, emails, logins } = await opened(openSmtp({ password: 'secret' }));
    await mail.send(letter);
    const [email] = await emails();
    expect(email?.from).toMatchObject({ name: 'Rookery', address: 'noreply@social.example' });
    expect(email?.html?.trim()).toBe(letter.html);
    expect(logins).toEqual(['sender']);
    expect(mail.delivers).toBe(true);
  });

  test('a line break in a subject makes no header of its own', async () => {
    const { mail, emails } = await opened(openSmtp());
    await mail.send({ ...letter, subject: 'Hello\r\nBcc: victim@mail.example' });
    const [email] = await emails();
    expect(email?.headers.map((header) => header.key)).not.toContain('bcc');
    expect(email?.to).toHaveLength(1);
  });

  test('a letter that was not taken fails, so that its job tries again', async () => {
    const { mail } = await opened(openSmtp({ refuses: true }));
    await expect(mail.send(letter)).rejects.toThrow('no such mailbox');
  });

  test('a server that is not there fails', async () => {
    const { mail, close } = await openSmtp();
    await close();
    await expect(mail.send(letter)).rejects.toThrow('ECONNREFUSED');
  });
});

test('the log delivers to nobody, and says so', async () => {
  const { mail } = openLog();
  expect(mail.delivers).toBe(false);
});
