// Loaded into the process of the independent server before its own code. It was written for version 4 of its library for
// Activity Streams; the registry has 3.1 only, which lacks four small things. They are added here, and nothing else is touched.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.resolve('@evanp/activitypub-bot'));

interface Loader {
  register(url: string, context: unknown): Loader;
  makeDocLoader(): unknown;
}

const loaders = require('activitystrea.ms/src/contextloader.js') as { prototype: Loader; defaultInstance: Loader };
const environments = require('activitystrea.ms/src/environment.js') as { prototype: object };

// Version 4 reads and writes with one set of known contexts; 3.1 has one for each.
const makeDocLoader = loaders.prototype.makeDocLoader;
loaders.prototype.makeDocLoader = () => makeDocLoader.call(loaders.defaultInstance);

// Version 3.1 asks for the context of the original by a name under which it does not have it.
if (!('origContext' in environments.prototype)) {
  Object.defineProperty(environments.prototype, 'origContext', {
    get(this: { originalContext: unknown }) {
      return this.originalContext;
    },
  });
}

// New in version 4.
const library = require('activitystrea.ms') as { registerContext?: (url: string, context: unknown) => void };
library.registerContext ??= (url, context) => {
  loaders.defaultInstance.register(url, context);
};

interface Thing {
  type: string | string[] | undefined;
}

// New in version 4: whether a thing is an activity, by what the library knows of types.
const { prototype } = require('activitystrea.ms/src/models/_base.js') as { prototype: Thing };
const reasoner = require('activitystrea.ms/src/reasoner.js') as { node(type: string): { is(kind: string): boolean } };
if (!('isActivity' in prototype)) {
  Object.defineProperty(prototype, 'isActivity', {
    value(this: Thing) {
      const activity = 'https://www.w3.org/ns/activitystreams#Activity';
      return [this.type ?? []].flat().some((type) => type === activity || reasoner.node(type).is(activity));
    },
  });
}

// A test that is killed closes this pipe, and nothing of it stays behind.
process.stdin.on('end', () => process.exit(0)).resume();
