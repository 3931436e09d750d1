// The page into which the web app draws itself. What a page is about can be written into it, for readers that run no scripts.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the built web app lies. */
export const distribution = new URL('../../web/dist/', import.meta.url).pathname;

const unbuilt =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rookery</title></head><body><p>The web app is not built yet. Run <code>bin/start</code>, or <code>npm run build:web</code>.</p><noscript></noscript></body></html>';

/** What is written into the page; both are HTML that is safe to show. */
export interface ShellContent {
  /** In place of the title. */
  head: string;
  /** For readers without scripts. */
  body: string;
}

/** The page as it was built. */
export async function readShell(): Promise<string> {
  const file = join(distribution, 'index.html');
  return existsSync(file) ? readFile(file, 'utf8') : unbuilt;
}

/** The page with something in it. */
export function fillShell(shell: string, { head, body }: ShellContent): string {
  return shell
    .replace(/<title>[^<]*<\/title>/, () => head)
    .replace(/<noscript\b[^>]*>[\s\S]*?<\/noscript\s*>/, () => `<noscript>${body}</noscript>`);
}
