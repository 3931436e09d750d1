// Who may import whom: floors, kinds, the platform, adapters, the way out to the network.
import { basename, dirname } from 'node:path';
import { isTest, type Finding, type Import, type Rule, type Source } from './source.ts';

/** Ground floor first. */
const floors = [
  'instance',
  'emojis',
  'domains',
  'accounts',
  'auth',
  'push',
  'media',
  'graph',
  'filters',
  'links',
  'relays',
  'posts',
  'reactions',
  'composing',
  'conversations',
  'tags',
  'lists',
  'stories',
  'live',
  'chat',
  'timelines',
  'notifications',
  'search',
  'trends',
  'recommendations',
  'moderation',
  'analytics',
  'membership',
  'digests',
  'exchange',
  'streaming',
  'discovery',
  'admin',
];

/** Left to right. */
const kinds = [
  'entities',
  'policy',
  'queries',
  'service',
  'serializers',
  'pages',
  'activitypub',
  'subscribers',
  'routes',
];

/** Ports are folders of the platform that hold one file for each adapter. */
const ports = ['queue', 'bus', 'cache', 'files', 'search', 'mail', 'push', 'classifier'];
const adapters = ['memory', 'redis', 'postgres', 'disk', 's3', 'log', 'smtp', 'meilisearch', 'web-push', 'local'];
/** One chooses the adapters, the other also builds the tables of the one that keeps its jobs in our database. */
const mayChoose = ['server/context.ts', 'server/platform/migrate.ts'];

interface Place {
  feature: string;
  kind: string;
}

function placeOf(path: string | null): Place | null {
  const [, feature, kind] = /^server\/features\/([^/]+)\/([^/]+)/.exec(path ?? '') ?? [];
  return feature === undefined || kind === undefined ? null : { feature, kind: kind.replace(/\.tsx?$/, '') };
}

/** A finding for each import of a file that is no test and breaks the rule. */
function eachImport(source: Source, isWrong: (imported: Import) => string | null): Finding[] {
  if (isTest(source.path)) return [];
  return source.imports.flatMap((imported) => {
    const what = isWrong(imported);
    return what === null ? [] : [{ path: source.path, line: imported.line, what }];
  });
}

const floorsRule: Rule = {
  name: 'a feature imports only features on lower floors',
  advice: `Emit an event and subscribe above, or move the code down. The floors: ${floors.join(', ')}.`,
  find: (source) => {
    const here = placeOf(source.path);
    if (here === null) return [];
    if (!floors.includes(here.feature))
      return [{ path: source.path, line: 1, what: `the feature ${here.feature} has no floor` }];
    return eachImport(source, ({ target }) => {
      const there = placeOf(target);
      const isLower = there === null || floors.indexOf(there.feature) <= floors.indexOf(here.feature);
      return isLower ? null : `${here.feature} imports ${there.feature}`;
    });
  },
};

const kindsRule: Rule = {
  name: 'a file imports only kinds to its left',
  advice: `Move what is shared to the left. The kinds: ${kinds.join(' → ')}; there is no other kind of file.`,
  find: (source) => {
    const here = placeOf(source.path);
    if (here === null || isTest(source.path)) return [];
    if (!kinds.includes(here.kind)) return [{ path: source.path, line: 1, what: `${here.kind} is no kind of file` }];
    return eachImport(source, ({ target }) => {
      const there = placeOf(target);
      const isLeft = there === null || kinds.indexOf(there.kind) <= kinds.indexOf(here.kind);
      return isLeft ? null : `${here.kind} imports ${there.kind} of ${there.feature}`;
    });
  },
};

const platformRule: Rule = {
  name: 'the platform knows no feature',
  advice: 'Pass in what it needs, or move the code into the feature.',
  find: (source) =>
    source.path.startsWith('server/platform/')
      ? eachImport(source, ({ target }) => (target?.startsWith('server/features/') ? `imports ${target}` : null))
      : [],
};

const adaptersRule: Rule = {
  name: 'only server/context.ts chooses an adapter',
  advice: 'Use the port (the file named after its folder) through the context.',
  find: (source) =>
    mayChoose.includes(source.path)
      ? []
      : eachImport(source, ({ target }) => {
          const [, port, file] = /^server\/platform\/([^/]+)\/([^/]+)\.ts$/.exec(target ?? '') ?? [];
          if (target === null || port === undefined || file === undefined) return null;
          if (!ports.includes(port) || !adapters.includes(file) || dirname(target) === dirname(source.path))
            return null;
          return `imports the adapter ${target}`;
        }),
};

const publicApisRule: Rule = {
  name: 'the web app uses the public APIs only',
  advice: 'Ask the server over HTTP, like any other client.',
  find: (source) =>
    source.path.startsWith('web/')
      ? eachImport(source, ({ target }) => (target !== null && !target.startsWith('web/') ? `imports ${target}` : null))
      : [],
};

/** The folder that relative imports may move in: the feature, or else the first folders of the path. */
function homeOf(path: string): string {
  const [top = '', second = '', third = ''] = path.split('/');
  return second === 'features' ? `${top}/${second}/${third}/` : `${top}/${second}/`;
}

const spellingRule: Rule = {
  name: 'imports from elsewhere are spelled from the root',
  advice: "Write '#server/…' for what is outside the feature; './…' and '../…' stay inside it.",
  find: (source) =>
    source.path.startsWith('server/')
      ? eachImport(source, ({ specifier, target }) => {
          const leaves =
            specifier.startsWith('../') && target?.startsWith('server/') && !target.startsWith(homeOf(source.path));
          return leaves ? `imports ${specifier}` : null;
        })
      : [],
};

const barrelsRule: Rule = {
  name: 'no barrels',
  advice: 'Import from the file that has the thing.',
  find: (source) => {
    if (basename(source.path) === 'index.ts')
      return [{ path: source.path, line: 1, what: 'a file called index.ts says nothing' }];
    // A file that became a folder of its name may stay as the folder's face, and names what it shows.
    const own = `./${basename(source.path).replace(/\.tsx?$/, '')}/`;
    const { body } = source.program;
    const passedOn = body.filter(
      (node) => node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source),
    );
    const everything = passedOn.find((node) => node.type === 'ExportAllDeclaration');
    const isFace = source.imports.every(({ specifier }) => specifier.startsWith(own));
    const isBarrel = passedOn.length > 0 && passedOn.length === body.length && !isFace;
    if (everything === undefined && !isBarrel) return [];
    const line = source.lineOf((everything ?? passedOn[0])?.start ?? 0);
    return [{ path: source.path, line, what: 'only passes on what other files export' }];
  },
};

/** Rules about imports, each for one file at a time. */
export const importRules = {
  floors: floorsRule,
  kinds: kindsRule,
  platform: platformRule,
  adapters: adaptersRule,
  publicApis: publicApisRule,
  spelling: spellingRule,
  barrels: barrelsRule,
};
