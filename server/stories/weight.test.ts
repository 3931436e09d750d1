// What a phone must fetch before the first page stands: little; what only some pages need comes when it is needed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildWebApp, hasBrowser } from '#server/testing/browser.ts';

const built = new URL('../../web/dist/', import.meta.url).pathname;
/** All scripts of the first page together, as they travel. */
const limitBytes = 90 * 1024;

/** Files that the page names itself: its script, and those which that one imports at once. */
function firstScripts(): string[] {
  const page = readFileSync(join(built, 'index.html'), 'utf8');
  return [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].flatMap(([, path]) => path ?? []);
}

const scripts = (): string[] => readdirSync(join(built, 'assets')).filter((name) => name.endsWith('.js'));
const read = (path: string): string => readFileSync(join(built, path), 'utf8');

// Where there is no browser nobody built the web app for one.
describe.skipIf(!hasBrowser())('the web app', () => {
  beforeAll(buildWebApp, 120_000);

  test('is small before the first page stands', () => {
    const first = firstScripts();
    expect(first.length).toBeGreaterThan(0);
    const bytes = first.reduce((sum, path) => sum + gzipSync(read(path)).length, 0);
    expect(bytes, first.join(', ')).toBeLessThan(limitBytes);
  });

  test.each([
    { what: 'the reader of playlists', mark: 'MANIFEST_PARSED' },
    { what: 'the sender of large files', mark: 'tus-resumable' },
    { what: 'the decoder of blurhashes', mark: 'blurhash length mismatch' },
    { what: 'the viewer', mark: 'media.zoomIn' },
  ])('fetches $what only when it is needed', ({ mark }) => {
    const holding = scripts().filter((name) => read(`assets/${name}`).toLowerCase().includes(mark.toLowerCase()));
    // The words of the app stand in its first script too; code asks for them by name.
    const early = firstScripts().filter((path) => holding.includes(path.replace('assets/', '')));
    expect(holding.length, 'it is built').toBeGreaterThan(0);
    expect(early.filter((path) => !read(path).includes(`"${mark}":`))).toEqual([]);
  });
});
