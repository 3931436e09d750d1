// What bin/rookery doctor finds where something is broken.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePort, listening, rookery } from './test-program.ts';

describe('the doctor on a sick server', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function examine(
    settings: Record<string, string>,
  ): Promise<Record<string, { state: string; text: string; mend?: string }>> {
    const { code, json } = await rookery({ DATA_DIR: folder, ...settings }, ['doctor', '--json']);
    expect(code).toBe(json.ok ? 0 : 1);
    return Object.fromEntries(json.checks.map((found: { check: string }) => [found.check, found]));
  }

  it('names each service that does not answer, and what to do', async () => {
    const port = await freePort();
    const found = await examine({
      DATABASE_URL: `postgres://rookery:secret-word@127.0.0.1:${port}/rookery`,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      MEILI_URL: `http://127.0.0.1:${port}`,
      MEILI_KEY: 'key',
      S3_BUCKET: 'nest',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_ACCESS_KEY: 'key',
      S3_SECRET_KEY: 'secret',
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      ORIGIN: `http://127.0.0.1:${port}`,
    });
    for (const check of ['database', 'Redis', 'Meilisearch', 'uploads', 'mail']) {
      expect(found[check], check).toMatchObject({ state: 'broken', mend: expect.stringContaining('Check') });
    }
    expect(found['address']).toMatchObject({ state: 'warning', mend: expect.stringContaining('bin/start') });
    expect(JSON.stringify(found)).not.toContain('secret-word');
  });

  it('waits for nobody for ever: a service that says nothing is broken too', async () => {
    const silent = createServer(() => {});
    const port = await listening(silent);
    const found = await examine({ REDIS_URL: `redis://127.0.0.1:${port}`, SMTP_URL: `smtp://127.0.0.1:${port}` });
    silent.close();
    expect(found['Redis']).toMatchObject({ state: 'broken' });
    expect(found['mail']).toMatchObject({ state: 'broken' });
  });

  it('is content with a mail server that greets, and with a Redis that keeps its jobs', async () => {
    const mail = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'] });
    mail.listen(0, '127.0.0.1');
    await once(mail.server, 'listening');
    const address = mail.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const redisUrl = inject('redisUrl');
    const found = await examine({
      SMTP_URL: `smtp://127.0.0.1:${address.port}`,
      ...(redisUrl === '' ? {} : { REDIS_URL: redisUrl }),
    });
    await new Promise<void>((resolve) => mail.close(resolve));
    expect(found['mail']).toMatchObject({ state: 'fine' });
    expect(found['Redis']).toMatchObject({ state: 'fine' });
  });

  it('sees that something else answers at ORIGIN', async () => {
    const other = createServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello'),
    );
    const port = await listening(other);
    const found = await examine({ ORIGIN: `http://127.0.0.1:${port}` });
    other.close();
    expect(found['address']).toMatchObject({ state: 'broken', text: expect.stringContaining('something else') });
  });

  it('names every mistake in the settings, and stops there', async () => {
    const { code, json } = await rookery({ PORT: 'many', ORIGIN: 'http://nest.org', DATA_DIR: folder }, [
      'doctor',
      '--json',
    ]);
    expect(code).toBe(1);
    expect(json.checks.map(({ check }: { check: string }) => check)).toEqual(['settings', 'settings']);
    const other = await rookery({ PORT: 'many', ORIGIN: 'http://nest.org', DATA_DIR: folder }, ['user', 'list']);
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/^The settings cannot be used:\n {2}- PORT must be .*\n {2}- ORIGIN .*without https/);
  });

  it('says when DATA_DIR cannot be used', async () => {
    await writeFile(join(folder, 'file'), '');
    const { code, stdout } = await rookery({ DATA_DIR: join(folder, 'file') }, ['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/BROKEN {2}settings: DATA_DIR .*cannot be used/);
  });
});
