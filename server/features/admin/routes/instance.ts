// The community's face: documents that clients read when they start.
// It stands on the top floor because these documents tell of every feature.
import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { profileLimits } from '#server/features/accounts/policy.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { findOwner } from '#server/features/auth/queries.ts';
import { pushKeyOf } from '#server/features/auth/service/push-key.ts';
import {
  listPeers,
  listWeeks,
  readInstanceFigures,
  readInstanceSettings,
  searchPeers,
} from '#server/features/instance/queries.ts';
import { languages } from '#server/features/instance/policy.ts';
import {
  serializeInstance,
  serializeInstanceV1,
  serializeRule,
  serializeWeek,
  type InstanceFacts,
} from '#server/features/instance/serializers.ts';
import { findMediaLimits } from '#server/features/media/service/limits.ts';
import { pollLimits } from '#server/features/posts/policy/poll.ts';
import { reactionLimits } from '#server/features/reactions/policy.ts';
import { open } from '#server/platform/http/access.ts';
import { plainToHtml } from '#server/platform/text.ts';

const tags = ['Instance'];

/** This software's own version and home. */
const about: { version: string; homepage?: string } = JSON.parse(
  readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
);

export async function instanceRoutes(app: App, ctx: AppContext): Promise<void> {
  const push = pushKeyOf(ctx.secrets.secretKey);
  const facts = async (): Promise<InstanceFacts> => gatherFacts(ctx, push.publicKey);
  const document = (url: string, summary: string, make: () => Promise<unknown>): void => {
    app.get(url, { schema: { tags, summary }, config: { access: open } }, async () => make());
  };
  document('/api/v2/instance', 'About this server', async () => serializeInstance(await facts()));
  document('/api/v1/instance', 'About this server, for older clients', async () => serializeInstanceV1(await facts()));
  document('/api/v1/instance/rules', 'The rules', async () =>
    (await readInstanceSettings(ctx)).rules.map(serializeRule),
  );
  document('/api/v1/instance/peers', 'Servers that this one knows', () => listPeers(ctx));
  document('/api/v1/instance/activity', 'The last twelve weeks', async () => (await listWeeks(ctx)).map(serializeWeek));
  document('/api/v1/instance/extended_description', 'A longer description', async () => {
    const { description, describedAt } = await readInstanceSettings(ctx);
    return { updated_at: describedAt, content: plainToHtml(description) };
  });
  document('/api/v1/instance/privacy_policy', 'What this server keeps', async () => ({
    updated_at: '2026-01-01T00:00:00.000Z',
    content: privacyPolicy,
  }));
  document('/api/v1/instance/languages', 'Languages that posts may be written in', async () => languages);
  app.get(
    '/api/v1/peers/search',
    {
      schema: {
        tags,
        summary: 'Servers whose name begins so',
        querystring: Type.Object({
          q: Type.Optional(Type.String({ maxLength: 253 })),
          limit: Type.Optional(Type.Integer()),
        }),
      },
      config: { access: open },
    },
    async (request) => {
      const { q = '', limit = 10 } = request.query;
      return searchPeers(ctx, q, Math.min(Math.max(limit, 1), 40));
    },
  );
}

const privacyPolicy = plainToHtml(
  [
    'This server keeps what you write, whom you follow, your e-mail address and a hash of your password.',
    'For each browser where you are signed in it keeps the network address and the browser’s name until you sign out.',
    'What you post publicly is sent to other servers, which keep copies of their own. What you address to few people is sent to their servers only.',
    'Nothing is sold and no advertising network is told of you.',
  ].join('\n\n'),
);

async function gatherFacts(ctx: AppContext, pushKey: string): Promise<InstanceFacts> {
  const [settings, figures, ownerId, media] = await Promise.all([
    readInstanceSettings(ctx),
    readInstanceFigures(ctx),
    findOwner(ctx),
    findMediaLimits(ctx.config),
  ]);
  const contact = ownerId === null ? null : await findAccount(ctx, ownerId);
  return {
    version: about.version,
    sourceUrl: about.homepage ?? '',
    origin: ctx.config.origin,
    handleDomain: ctx.config.handleDomain,
    settings,
    figures,
    contact: contact && serializeAccount(contact, ctx),
    pushKey,
    postMaxCharacters: ctx.config.postMaxCharacters,
    maxPinnedPosts: ctx.config.maxPinnedPosts,
    talksToListedOnly: ctx.config.federation === 'allow-list',
    reactionsEach: reactionLimits.each,
    polls: pollLimits(ctx.config),
    profile: profileLimits,
    media,
  };
}
