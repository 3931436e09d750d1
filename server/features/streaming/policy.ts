// The streams there are, what each needs, and what each hears.
import { grants } from '#server/platform/http/access.ts';

/** One stream on one connection. `key` says what it listens to; `names` is sent with each of its events. */
export interface Subscription {
  key: string;
  names: string[];
  onlyMedia: boolean;
}

/** What a client asks for: the stream's name and its parameter. */
export interface StreamRequest {
  stream: string;
  tag?: string | undefined;
  list?: string | undefined;
  onlyMedia?: boolean | undefined;
}

export type StreamRefusal = { error: string; status: number };

const publicStreams = new Map([
  ['public', 'public'],
  ['public:local', 'public:local'],
  ['public:remote', 'public:remote'],
]);

/** The subscription for a request, or why there is none. Private streams are bound to the viewer's own account. */
export function subscriptionFor(
  request: StreamRequest,
  viewer: { accountId: string; scopes: readonly string[] },
): Subscription | StreamRefusal {
  const { stream } = request;
  if (stream === 'user:notification') {
    if (!grants(viewer.scopes, 'read:notifications')) return outside;
    return { key: `notification:${viewer.accountId}`, names: [stream], onlyMedia: false };
  }
  if (!grants(viewer.scopes, 'read:statuses')) return outside;
  if (stream === 'user') return { key: `user:${viewer.accountId}`, names: [stream], onlyMedia: false };
  const [base, media] = stream.endsWith(':media') ? [stream.slice(0, -6), true] : [stream, false];
  const feed = publicStreams.get(base);
  if (feed !== undefined) return { key: feed, names: [stream], onlyMedia: media || request.onlyMedia === true };
  if (stream === 'hashtag' || stream === 'hashtag:local') {
    const tag = request.tag?.replace(/^#/, '').normalize('NFKC').toLowerCase() ?? '';
    if (tag === '') return { error: 'Missing tag parameter', status: 400 };
    return { key: `${stream}:${tag}`, names: [stream, request.tag ?? ''], onlyMedia: false };
  }
  return { error: 'Unknown stream type', status: 400 };
}

const outside: StreamRefusal = { error: 'Access token does not have the required scopes', status: 403 };

/** The keys that hear of a public post. */
export function publicKeys(post: { local: boolean; tags: readonly string[] }): string[] {
  const keys = ['public', post.local ? 'public:local' : 'public:remote'];
  for (const tag of post.tags) {
    keys.push(`hashtag:${tag}`);
    if (post.local) keys.push(`hashtag:local:${tag}`);
  }
  return keys;
}
