// The streams there are, what each needs, and what each hears.
import { asksForReactions } from '#server/features/notifications/policy.ts';
import { grants } from '#server/platform/http/access.ts';

/** One stream on one connection. `key` says what it listens to; `names` is sent with each of its events. */
export interface Subscription {
  key: string;
  names: string[];
  onlyMedia: boolean;
  /** Whether news of the notifications may be told too. */
  hearsNotifications: boolean;
  /** It named reactions among the kinds of news that it understands. */
  hearsReactions: boolean;
  /** The list whose owner must be asked about before this may stand; null for all other streams. */
  listId: string | null;
}

/** What a client asks for: the stream's name and its parameter. */
export interface StreamRequest {
  stream: string;
  tag?: string | undefined;
  list?: string | undefined;
  onlyMedia?: boolean | undefined;
  /** Kinds of news beyond Mastodon's that the client understands. */
  supportedTypes?: readonly string[] | undefined;
}

export type StreamRefusal = { error: string; status: number };

/** More than this on one connection is no page that a person looks at. */
export const mostSubscriptions = 100;

const publicStreams = ['public', 'public:local', 'public:remote'];
const hashtagStreams = ['hashtag', 'hashtag:local'];

/** The subscription for a request, or why there is none. Private streams are bound to the viewer's own account. */
export function subscriptionFor(
  request: StreamRequest,
  viewer: { accountId: string; scopes: readonly string[] },
): Subscription | StreamRefusal {
  const { stream } = request;
  const hearsNotifications = grants(viewer.scopes, 'read:notifications');
  const standing = (key: string, names: string[], onlyMedia = false): Subscription => ({
    key,
    names,
    onlyMedia,
    hearsNotifications,
    hearsReactions: asksForReactions(request.supportedTypes ?? []),
    listId: null,
  });
  if (stream === 'user:notification')
    return hearsNotifications ? standing(`notification:${viewer.accountId}`, [stream]) : outside;
  if (!grants(viewer.scopes, 'read:statuses')) return outside;
  if (stream === 'direct') return standing(`direct:${viewer.accountId}`, [stream]);
  if (stream === 'user') return standing(homeKey(viewer.accountId), [stream]);
  const [base, media] = stream.endsWith(':media') ? [stream.slice(0, -':media'.length), true] : [stream, false];
  if (publicStreams.includes(base)) return standing(base, [stream], media || request.onlyMedia === true);
  if (stream === 'list') {
    const { list = '' } = request;
    if (list === '') return { error: 'Missing list parameter', status: 400 };
    return { ...standing(listKey(list), [stream, list]), listId: list };
  }
  if (!hashtagStreams.includes(stream)) return { error: 'Unknown stream type', status: 400 };
  const tag = request.tag?.replace(/^#/, '').normalize('NFKC').toLowerCase() ?? '';
  if (tag === '') return { error: 'Missing tag parameter', status: 400 };
  // Clients compare the tag with what they asked for, letter by letter.
  return standing(`${stream}:${tag}`, [stream, request.tag ?? tag]);
}

/** The key of somebody's home timeline. */
export const homeKey = (accountId: string): string => `user:${accountId}`;

/** Whose home timeline a key is of; null when it is of something else. */
export const homeOwner = (key: string): string | null => (key.startsWith('user:') ? key.slice('user:'.length) : null);

/** What the stream of a list listens to. */
export const listKey = (listId: string): string => `list:${listId}`;

export const notYourList: StreamRefusal = { error: 'Record not found', status: 404 };

const outside: StreamRefusal = { error: 'Access token does not have the required scopes', status: 403 };

/** What a public post is to the streams that carry it. */
export interface PublicPost {
  local: boolean;
  hasMedia: boolean;
  tags: readonly string[];
}

/** The keys that hear of a public post. */
export function publicKeys(post: PublicPost): string[] {
  const keys = ['public', post.local ? 'public:local' : 'public:remote'];
  for (const tag of post.tags) {
    keys.push(`hashtag:${tag}`);
    if (post.local) keys.push(`hashtag:local:${tag}`);
  }
  return keys;
}
