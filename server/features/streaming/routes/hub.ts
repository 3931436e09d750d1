// What open connections of this process are told when the bus says that something happened.
import type { AppContext } from '#server/context.ts';
import { renderTalk } from '#server/features/conversations/pages.ts';
import { renderNotification } from '#server/features/notifications/pages.ts';
import { renderForViewers } from '#server/features/posts/pages.ts';
import type { DeletedNews, PostNews } from '#server/features/timelines/subscribers.ts';
import { listsShowing } from '#server/features/timelines/queries/list.ts';
import { presenceMs } from '#server/platform/presence.ts';
import { homeKey, listKey, publicKeys, type Subscription } from '../policy.ts';
import { fallenTokens, listsWith } from '../queries.ts';
import { keepListeners, turns, type Listener, type Listeners } from './listeners.ts';

export interface Hub {
  listeners: Listeners;
  close(): Promise<void>;
}

/** How often each token is asked about: well below the five seconds within which a revoked one's connections are closed. */
const recheckMs = 3000;
const wireEvents = { update: 'update', edit: 'status.update' } as const;

/** Listens to the bus for all connections of this process. */
export async function openHub(ctx: AppContext): Promise<Hub> {
  const listeners = keepListeners((accountId) => ctx.presence.join(accountId));
  /** News is told one after the other, so that a deletion never overtakes the post that it deletes. */
  let telling: Promise<void> = Promise.resolve();
  const inOrder = <News>(tell: (ctx: AppContext, listeners: Listeners, news: News) => Promise<void>) => {
    return (message: unknown): void => {
      telling = telling
        // Safe: each channel has one sender, which says what it sends.
        .then(() => tell(ctx, listeners, message as News))
        .catch((error: unknown) => ctx.log.error({ err: error }, 'news could not be told to open connections'));
    };
  };
  const stops = [
    await ctx.bus.subscribe('post', inOrder(tellPost)),
    await ctx.bus.subscribe('deleted', inOrder(tellDeleted)),
    await ctx.bus.subscribe('notification', inOrder(tellNotification)),
    await ctx.bus.subscribe('talk', inOrder(tellTalk)),
    await ctx.bus.subscribe('account-news', inOrder(tellAccount)),
    await ctx.bus.subscribe('signed-out', (message) => endSignedOut(listeners, message)),
  ];
  let asking = false;
  const timer = setInterval(() => {
    // Nobody's turn is passed over while the database is slow.
    if (asking) return;
    asking = true;
    endFallen(ctx, [...listeners.nextTurn()])
      .catch((error: unknown) =>
        ctx.log.warn({ err: error }, 'tokens of open connections could not be checked; trying again'),
      )
      .finally(() => {
        asking = false;
      });
  }, recheckMs / turns);
  const presence = setInterval(() => ctx.presence.tellAll(listeners.homes()), presenceMs);
  return {
    listeners,
    async close() {
      clearInterval(timer);
      clearInterval(presence);
      for (const stop of stops) await stop();
      for (const listener of listeners.all()) listener.end();
      await telling;
    },
  };
}

type Payload = string | null | ((listener: Listener) => string | undefined);

/** Sends to all ears at a key; a payload that is asked for each listener may be withheld from some. */
function send(
  ctx: AppContext,
  listeners: Listeners,
  key: string,
  event: string,
  payload: Payload,
  wants: (subscription: Subscription) => boolean = () => true,
): void {
  let sent = 0;
  for (const { listener, subscription } of listeners.at(key)) {
    const text = typeof payload === 'function' ? payload(listener) : payload;
    if (text === undefined || !wants(subscription)) continue;
    listener.send(subscription, event, text);
    sent += 1;
  }
  if (sent > 0) ctx.metrics.socketEvents.inc({ event }, sent);
}

/** Asks the visibility policy now, once for all who listen, and renders the post for each of them. */
async function tellPost(ctx: AppContext, listeners: Listeners, news: PostNews): Promise<void> {
  const listIds = news.isRest === true ? [] : listeners.listIds();
  const shown = listIds.length === 0 ? [] : await listsShowing(ctx, news.postId, listIds);
  const keys = [...keysOf(news), ...shown.map(listKey)].filter((key) => listeners.hears(key));
  const viewers = new Set(
    keys.flatMap((key) => Array.from(listeners.at(key), ({ listener }) => listener.viewer.accountId)),
  );
  if (viewers.size === 0) return;
  const rendered = await renderForViewers(ctx, news.postId, [...viewers]);
  const hasMedia = news.open?.hasMedia === true;
  for (const key of keys) {
    const textFor = ({ viewer }: Listener): string | undefined => rendered.get(viewer.accountId);
    send(ctx, listeners, key, wireEvents[news.event], textFor, ({ onlyMedia }) => hasMedia || !onlyMedia);
  }
}

function keysOf(news: Pick<PostNews, 'ownerIds' | 'open'>): string[] {
  return [...news.ownerIds.map(homeKey), ...(news.open === null ? [] : publicKeys(news.open))];
}

/** Only the streams that may have carried it learn the id of what is gone, but not those of an author who keeps it. */
async function tellDeleted(ctx: AppContext, listeners: Listeners, news: DeletedNews): Promise<void> {
  const listIds = listeners.listIds();
  const held = listIds.length === 0 ? [] : await listsWith(ctx, listIds, news.accountId, news.open?.tags ?? []);
  const isGoneFor = ({ viewer }: Listener): boolean => news.isKept !== true || viewer.accountId !== news.accountId;
  const idFor = (listener: Listener): string | undefined => (isGoneFor(listener) ? news.postId : undefined);
  for (const key of [...keysOf(news), ...held.map(listKey)]) send(ctx, listeners, key, 'delete', idFor);
}

async function tellNotification(
  ctx: AppContext,
  listeners: Listeners,
  news: { accountId: string; notificationId: string; kind?: string },
): Promise<void> {
  const keys = [homeKey(news.accountId), `notification:${news.accountId}`].filter((key) => listeners.hears(key));
  if (keys.length === 0) return;
  const payload = await renderNotification(ctx, news.accountId, news.notificationId);
  if (payload === null) return;
  for (const key of keys)
    send(
      ctx,
      listeners,
      key,
      'notification',
      payload,
      ({ hearsNotifications, hearsReactions }) => hearsNotifications && (hearsReactions || news.kind !== 'reaction'),
    );
}

async function tellTalk(
  ctx: AppContext,
  listeners: Listeners,
  news: { accountId: string; talkId: string },
): Promise<void> {
  const key = `direct:${news.accountId}`;
  if (!listeners.hears(key)) return;
  const payload = await renderTalk(ctx, news.accountId, news.talkId);
  if (payload !== null) send(ctx, listeners, key, 'conversation', payload);
}

/** News that says only that something of one's own changed: `filters_changed`, `notifications_merged`. */
async function tellAccount(
  ctx: AppContext,
  listeners: Listeners,
  news: { accountId: string; event: 'filters_changed' | 'notifications_merged' },
): Promise<void> {
  const isFree = news.event === 'filters_changed';
  send(
    ctx,
    listeners,
    homeKey(news.accountId),
    news.event,
    null,
    ({ hearsNotifications }) => isFree || hearsNotifications,
  );
}

function endSignedOut(listeners: Listeners, message: unknown): void {
  // Safe: only verbs of the auth feature send on this channel.
  const { accountId, tokenIds = [] } = message as { accountId?: string; tokenIds?: string[] };
  for (const listener of [...listeners.all()]) {
    if (listener.viewer.accountId === accountId || tokenIds.includes(listener.viewer.tokenId)) listener.end();
  }
}

/** Ends those connections whose token fell without a word on the bus: by the command line, or while the bus was away. */
async function endFallen(ctx: AppContext, asked: readonly Listener[]): Promise<void> {
  if (asked.length === 0) return;
  const tokenIds = new Set(asked.map(({ viewer }) => viewer.tokenId));
  const fallen = new Set(await fallenTokens(ctx, [...tokenIds]));
  for (const listener of asked) if (fallen.has(listener.viewer.tokenId)) listener.end();
}
