// The page that says which endpoints of the client API are here: every known one held against the doors that really exist.
import type { Door } from '../doors.ts';
import { clientEndpoints, type Endpoint, type Tier } from './endpoints.ts';
import { moreEndpoints } from './more-endpoints.ts';

type State = 'done' | 'empty form' | 'missing';

/** One endpoint and how far it is. */
export interface Coverage {
  area: string;
  tier: Tier;
  method: string;
  path: string;
  state: State;
}

// Sockets come in by the upgrade event, which is no route.
const upgraded = new Set(['GET /api/v1/streaming']);

/** Names of parameters are nobody's business. */
const keyOf = (method: string, path: string): string => `${method} ${path.replaceAll(/:\w+/g, ':')}`;

/** How far every known endpoint is, in the order of the list. */
export function coverageOf(doors: readonly Door[]): Coverage[] {
  const found = new Map(doors.map((door) => [keyOf(door.method, door.path), door]));
  const stateOf = (method: string, path: string): State => {
    if (upgraded.has(`${method} ${path}`)) return 'done';
    const door = found.get(keyOf(method, path));
    if (!door) return 'missing';
    return door.emptyForm === null ? 'done' : 'empty form';
  };
  const all: Array<[string, readonly Endpoint[]]> = Object.entries({ ...clientEndpoints, ...moreEndpoints });
  return all.flatMap(([area, endpoints]) =>
    endpoints.map(([tier, method, path]) => ({ area, tier, method, path, state: stateOf(method, path) })),
  );
}

/** The page as Markdown. */
export function coveragePage(rows: readonly Coverage[]): string {
  const areas = [...new Set(rows.map(({ area }) => area))];
  return [
    '# Mastodon client API: what is here',
    '',
    'Made from the route table by `npm run coverage:write`; a test fails when this page is not current. **Done** endpoints work.',
    '**Empty form** means that the feature is not ours yet: lists are empty, as clients accept them, and writes are refused in words.',
    'The tier says who needs it: 1 every client, 1* one of the great ones on its first screens, 2 some client, 3 hardly anybody.',
    '',
    '| Tier | Done | Empty form | Missing |',
    '|---|---|---|---|',
    ...(['1', '1*', '2', '3'] as const).map((tier) => {
      const count = (state: State): number => rows.filter((row) => row.tier === tier && row.state === state).length;
      return `| ${tier} | ${count('done')} | ${count('empty form')} | ${count('missing')} |`;
    }),
    ...areas.flatMap((area) => [
      '',
      `## ${area}`,
      '',
      '| Endpoint | Tier | State |',
      '|---|---|---|',
      ...rows
        .filter((row) => row.area === area)
        .map(({ tier, method, path, state }) => `| \`${method} ${path}\` | ${tier} | ${shown[state]} |`),
    ]),
    '',
  ].join('\n');
}

const shown: Record<State, string> = { done: 'done', 'empty form': '*empty form*', missing: '**missing**' };
