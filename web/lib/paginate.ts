// Reads the Link header with which the API pages its lists.

/**
 * The path and query of the `rel="next"` address of a Link header, or null. The host is dropped: behind a proxy
 * the server may name itself differently, and a list never continues on another host.
 */
export function nextPage(header: string | null): string | null {
  for (const part of (header ?? '').split(/,\s*(?=<)/)) {
    const match = /^<([^>]+)>(.*)$/.exec(part.trim());
    if (!match?.[1] || !/;\s*rel="?next"?/.test(match[2] ?? '')) continue;
    try {
      const url = new URL(match[1], 'http://localhost');
      return url.pathname + url.search;
    } catch {
      return null;
    }
  }
  return null;
}
