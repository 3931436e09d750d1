// What other servers and statistics read about this server.
import type { NodeInfo } from '@fedify/fedify';
import packageFile from '../../package.json' with { type: 'json' };
import type { AppContext } from '#server/context.ts';
import { readInstanceFigures, readInstanceSettings } from '#server/features/instance/queries.ts';

/** NodeInfo 2.1. @see https://nodeinfo.diaspora.software/schema.html */
export async function nodeInfo(ctx: AppContext): Promise<NodeInfo> {
  const [settings, figures] = await Promise.all([readInstanceSettings(ctx), readInstanceFigures(ctx)]);
  return {
    software: { name: packageFile.name, version: packageFile.version },
    protocols: ['activitypub'],
    services: { inbound: [], outbound: [] },
    openRegistrations: settings.registrations !== 'closed',
    usage: {
      users: { total: figures.users, activeMonth: figures.activeMonth, activeHalfyear: figures.activeHalfYear },
      localPosts: figures.posts,
      localComments: 0,
    },
    metadata: { nodeName: settings.title, nodeDescription: settings.description },
  };
}

/**
 * The list of NodeInfo documents names 2.1 only. 2.0 is served too, for clients that ask for it by its address: client apps that
 * follow the list take 2.0 before 2.1, and go by the name of the software in it; not finding 2.0 they treat us as what our
 * client API is, a Mastodon-compatible server. Other servers read both.
 */
export function nodeInfoList(origin: string): unknown {
  return { links: [{ rel: 'http://nodeinfo.diaspora.software/ns/schema/2.1', href: `${origin}/nodeinfo/2.1` }] };
}

/** The same in version 2.0, which has no more than a name and a version of the software. */
export function toNodeInfo20(document: unknown): unknown {
  const info = document as { software: { name: string; version: string } }; // what `nodeInfo` gave, as JSON
  const { name, version } = info.software;
  return { ...info, version: '2.0', software: { name, version } };
}
