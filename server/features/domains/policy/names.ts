// Names of servers as they are compared: lower case, ASCII, without the final dot and without the usual ports.

/** A host as it is compared; the text itself, in lower case, when it cannot be read as one. */
export function plainHost(host: string): string {
  const lower = host.trim().toLowerCase();
  // Nearly all names are plain already, and this is asked for every request.
  const ascii = /^[a-z0-9.-]+$/u.test(lower) ? lower : (URL.parse(`http://${lower}`)?.host ?? lower);
  return ascii.replace(/:(?:80|443)$/u, '').replace(/\.(?=$|:)/u, '');
}

/** The host and every name that it lies below, the longest first: with its port, without it, then its parents. */
export function hostNames(host: string): string[] {
  const plain = plainHost(host);
  const name = plain.replace(/:\d+$/u, '').replace(/\.$/u, '');
  const names = plain === name ? [] : [plain];
  // The parts of an address of numbers are no names.
  if (/^\[|^[\d.]+$/u.test(name)) return [...names, name];
  for (let rest = name; rest !== '';) {
    names.push(rest);
    const dot = rest.indexOf('.');
    rest = dot === -1 ? '' : rest.slice(dot + 1);
  }
  return names;
}

/** What hosts look like, for SQL's `like`, that are one of the names or lie below it: in lower case, with a port or without. */
export function patternsOf(names: readonly string[]): string[] {
  const escaped = names.map((name) => name.replaceAll(/[%_\\]/g, '\\$&'));
  return escaped.flatMap((name) => [name, `%.${name}`, `${name}:%`, `%.${name}:%`]);
}

const longestName = 253;

/**
 * A name of a server as somebody writes it (`evil.example`, `@EVIL.example.`, `https://evil.example/`, `*.evil.example`, `bücher.example`),
 * as it is kept; null when it is none. A name without a dot is one only for this machine.
 */
export function readServerName(text: string): string | null {
  const written = text
    .trim()
    .replace(/^https?:\/\//iu, '')
    .replace(/\/$/u, '')
    .replace(/^(?:@|\*\.)/u, '');
  if (!/^[^\s/?#@\\%*]{1,260}$/u.test(written)) return null;
  const parsed = URL.parse(`http://${written}`);
  if (parsed === null || parsed.pathname !== '/' || parsed.username !== '') return null;
  const host = plainHost(parsed.host);
  const name = host.replace(/:\d+$/u, '');
  if (name.length > longestName) return null;
  if (name.startsWith('[') || name === 'localhost') return host;
  const isName = name.includes('.') && name.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,62})$/u.test(label));
  return isName ? host : null;
}

/** True when a block of that name would hit one of our own hosts. */
export function isOwnName(ownHosts: readonly string[], name: string): boolean {
  const wanted = plainHost(name);
  return ownHosts.some((own) => hostNames(own).includes(wanted));
}

/** A name that tells those who know it, and nobody else, which one is meant: `e**l.ex*****`. */
export function obfuscateName(name: string): string {
  const length = name.length;
  const from = Math.floor(length / 4);
  const to = length - from;
  return Array.from(name, (letter, at) => (at >= from && at < to && letter !== '.' ? '*' : letter)).join('');
}
