// The addresses of our own objects: ActivityPub ids, which never change, and the pages that people open.
import type { Config } from '#config/load.ts';
import { isId } from '#server/platform/ids.ts';

/** Every address that we hand out, made from `config.origin`. Ids are decimal strings. */
export function addresses(config: Pick<Config, 'origin'>) {
  const { origin } = config;
  const user = (id: string): string => `${origin}/ap/users/${id}`;
  return {
    user,
    mainKey: (id: string): string => `${user(id)}#main-key`,
    multikey: (id: string): string => `${user(id)}#multikey-1`,
    inbox: (id: string): string => `${user(id)}/inbox`,
    outbox: (id: string): string => `${user(id)}/outbox`,
    followers: (id: string): string => `${user(id)}/followers`,
    /** Those followers who live on the server that asks (FEP-8fcf). */
    followersThere: (id: string): string => `${user(id)}/followers_synchronization`,
    following: (id: string): string => `${user(id)}/following`,
    featured: (id: string): string => `${user(id)}/featured`,
    sharedInbox: `${origin}/ap/inbox`,
    instanceActor: `${origin}/ap/instance`,
    post: (id: string): string => `${origin}/ap/posts/${id}`,
    follow: (id: string): string => `${origin}/ap/follows/${id}`,
    like: (id: string): string => `${origin}/ap/likes/${id}`,
    /** A custom emoji of ours. */
    emoji: (id: string): string => `${origin}/ap/emojis/${id}`,
    reaction: (id: string): string => `${origin}/ap/reactions/${id}`,
    block: (id: string): string => `${origin}/ap/blocks/${id}`,
    /** Where we say that the author of a post of ours agrees to be quoted in the post with this id. */
    quoteAuthorization: (id: string): string => `${origin}/ap/quote-authorizations/${id}`,
    /** Where we say that the author of a post of ours takes the answer with this id. */
    replyAuthorization: (id: string): string => `${origin}/ap/reply-authorizations/${id}`,
    /** Asks whether one of ours may answer, like or boost. */
    interactionRequest: (id: string): string => `${origin}/ap/interaction-requests/${id}`,
    /** Asks for that, for a post of ours. */
    quoteRequest: (id: string): string => `${origin}/ap/quote-requests/${id}`,
    /** An activity without an object row of its own, as `create/123` or `accept/45`. */
    activity: (name: string): string => `${origin}/ap/activities/${name}`,
    profilePage: (username: string): string => `${origin}/@${username}`,
    postPage: (username: string, id: string): string => `${origin}/@${username}/${id}`,
    tagPage: (tag: string): string => `${origin}/tags/${encodeURIComponent(tag)}`,
  };
}

export type Addresses = ReturnType<typeof addresses>;

/** The id in one of our own addresses of that kind, or null when it is not ours. */
export function ownId(
  config: Pick<Config, 'origin'>,
  kind:
    | 'users'
    | 'posts'
    | 'follows'
    | 'likes'
    | 'blocks'
    | 'quote-requests'
    | 'interaction-requests'
    | 'activities/create',
  uri: string,
): string | null {
  const prefix = `${config.origin}/ap/${kind}/`;
  if (!uri.startsWith(prefix)) return null;
  const id = uri.slice(prefix.length);
  return isId(id) ? id : null;
}
