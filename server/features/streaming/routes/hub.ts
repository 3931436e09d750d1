// Who listens in this process, and what they are told when the bus says that something happened.
import type { AppContext } from '#server/context.ts';
import { renderNotification } from '#server/features/notifications/pages.ts';
import { renderForViewers, renderStatuses } from '#server/features/posts/pages.ts';
import type { Viewer } from '#server/platform/http/access.ts';
import { publicKeys, type Subscription } from '../policy.ts';
import { standingTokens } from '../queries.ts';

/** One open connection. `send` is given the subscription that heard, the event's name and its payload as text. */
export interface Listener {
  viewer: Viewer & { accountId: string };
  send(subscription: Subscription, event: string, payload: string): void;
  /** Ends the connection because its token no longer stands. */
  end(): void;
}

export interface Hub {
  subscribe(listener: Listener, subscription: Subscription): void;
  unsubscribe(listener: Listener, subscription: Subscription): void;
  /** Forgets a connection that has closed. */
  leave(listener: Listener): void;
  close(): Promise<void>;
}

interface PostNews {
  event: 'update' | 'edit';
  postId: string;
}
type HomeNews = PostNews & { ownerIds: string[] };
type PublicNews = PostNews & { local: boolean; tags: string[] };

const recheckMs = 3000;
const wireEvents = { update: 'update', edit: 'status.update' } as const;

/** Listens to the bus for all connections of this process. */
export async function openHub(ctx: AppContext): Promise<Hub> {
  const hearing = new Map<string, Map<Listener, Subscription>>();
  const standing = new Map<Listener, Set<string>>();
  const stops: Array<() => Promise<void>> = [];

  /** News is told one after the other, so that a deletion never overtakes the post that it deletes. */
  let telling: Promise<void> = Promise.resolve();
  const inOrder = <News>(tell: (news: News) => Promise<void>) => {
    return (message: unknown): void => {
      telling = telling
        .then(() => tell(message as News))
        .catch((error: unknown) => ctx.log.error({ err: error }, 'news could not be told to open connections'));
    };
  };
  const send = (key: string, event: string, payload: string, only?: (listener: Listener) => boolean): void => {
    for (const [listener, subscription] of hearing.get(key) ?? []) {
      if (only && !only(listener)) continue;
      ctx.metrics.socketEvents.inc({ event });
      listener.send(subscription, event, payload);
    }
  };

  const tellHome = async (news: HomeNews): Promise<void> => {
    const owners = news.ownerIds.filter((id) => hearing.has(`user:${id}`));
    if (owners.length === 0) return;
    const rendered = await renderForViewers(ctx, news.postId, owners);
    for (const [ownerId, status] of rendered) send(`user:${ownerId}`, wireEvents[news.event], status);
  };
  const tellPublic = async (news: PublicNews): Promise<void> => {
    const keys = publicKeys(news).filter((key) => hearing.has(key));
    if (keys.length === 0) return;
    const [status] = await renderStatuses(ctx, [news.postId], null);
    if (status === undefined) return;
    const viewers = new Set(
      keys.flatMap((key) => [...(hearing.get(key)?.keys() ?? [])].map((listener) => listener.viewer.accountId)),
    );
    const seeing = await renderForViewers(ctx, news.postId, [...viewers]);
    for (const key of keys)
      send(key, wireEvents[news.event], status, (listener) => seeing.has(listener.viewer.accountId));
  };
  const tellDeleted = async (news: { postId: string }): Promise<void> => {
    for (const key of hearing.keys()) if (!key.startsWith('notification:')) send(key, 'delete', news.postId);
  };
  const tellNotification = async (news: { accountId: string; notificationId: string }): Promise<void> => {
    const keys = [`user:${news.accountId}`, `notification:${news.accountId}`].filter((key) => hearing.has(key));
    if (keys.length === 0) return;
    const payload = await renderNotification(ctx, news.accountId, news.notificationId);
    if (payload !== null) for (const key of keys) send(key, 'notification', payload);
  };
  const endSignedOut = (message: unknown): void => {
    const { accountId, tokenIds = [] } = message as { accountId?: string; tokenIds?: string[] };
    for (const listener of [...standing.keys()]) {
      if (listener.viewer.accountId === accountId || tokenIds.includes(listener.viewer.tokenId)) listener.end();
    }
  };
  const recheck = async (): Promise<void> => {
    if (standing.size === 0) return;
    const tokens = await standingTokens(ctx, [
      ...new Set([...standing.keys()].map((listener) => listener.viewer.tokenId)),
    ]);
    for (const listener of [...standing.keys()]) if (!tokens.has(listener.viewer.tokenId)) listener.end();
  };

  stops.push(await ctx.bus.subscribe('home', inOrder(tellHome)));
  stops.push(await ctx.bus.subscribe('public', inOrder(tellPublic)));
  stops.push(await ctx.bus.subscribe('deleted', inOrder(tellDeleted)));
  stops.push(await ctx.bus.subscribe('notification', inOrder(tellNotification)));
  stops.push(await ctx.bus.subscribe('signed-out', endSignedOut));
  const timer = setInterval(() => {
    recheck().catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'tokens of open connections could not be checked; trying again'),
    );
  }, recheckMs);

  return {
    subscribe(listener, subscription) {
      const listeners = hearing.get(subscription.key) ?? new Map<Listener, Subscription>();
      listeners.set(listener, subscription);
      hearing.set(subscription.key, listeners);
      standing.set(listener, (standing.get(listener) ?? new Set()).add(subscription.key));
    },
    unsubscribe(listener, subscription) {
      standing.get(listener)?.delete(subscription.key);
      forget(hearing, subscription.key, listener);
    },
    leave(listener) {
      for (const key of standing.get(listener) ?? []) forget(hearing, key, listener);
      standing.delete(listener);
    },
    async close() {
      clearInterval(timer);
      for (const stop of stops) await stop();
      for (const listener of standing.keys()) listener.end();
      await telling;
    },
  };
}

function forget(hearing: Map<string, Map<Listener, Subscription>>, key: string, listener: Listener): void {
  const listeners = hearing.get(key);
  listeners?.delete(listener);
  if (listeners?.size === 0) hearing.delete(key);
}
