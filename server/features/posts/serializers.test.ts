// Our answers in the types of a client: what `masto` declares, our serializers must give. The compiler is the test.
import type { mastodon } from 'masto';
import { expect, it } from 'vitest';
import type { MastodonNotification } from '#server/features/notifications/serializers.ts';
import type { MastodonStatus, MastodonStatusEdit, StatusFlags } from './serializers.ts';
import { fromWireVisibility, toWireVisibility } from './serializers.ts';
import type { MastodonTag } from '#server/features/tags/serializers.ts';

/** masto.js gives keys in camel case. */
type CamelCase<Key> = Key extends `${infer Head}_${infer Letter}${infer Tail}`
  ? `${Head}${Uppercase<Letter>}${CamelCase<Tail>}`
  : Key;
type Camel<Value> =
  Value extends Array<infer Item>
    ? Array<Camel<Item>>
    : Value extends object
      ? { [Key in keyof Value as CamelCase<Key>]: Camel<Value[Key]> }
      : Value;

/** Compiles only when `Given` can stand where `Wanted` is expected. */
type Fits<Given extends Wanted, Wanted> = Given;

/**
 * masto.js declares these as always there; Mastodon itself gives null for posts from elsewhere, for accounts that never posted, and
 * for sounds without a cover. Pictures are held against masto's types in conformance/masto.test-types.ts.
 */
type Status = Omit<mastodon.v1.Status, 'application' | 'account' | 'reblog' | 'poll' | 'mediaAttachments' | 'card'>;
type Account = Omit<mastodon.v1.Account, 'lastStatusAt' | 'featureApproval' | 'roles' | 'moved'>;

export type Checked = [
  Fits<Camel<MastodonStatus>, Status>,
  Fits<Camel<NonNullable<MastodonStatus['reblog']>>, Status>,
  Fits<Camel<MastodonStatus['account']>, Account>,
  Fits<
    Camel<Omit<MastodonStatusEdit, 'account' | 'media_attachments'>>,
    Omit<mastodon.v1.StatusEdit, 'account' | 'quote' | 'mediaAttachments'>
  >,
  Fits<Camel<MastodonTag>, mastodon.v1.Tag>,
  Fits<Exclude<MastodonNotification['type'], 'pleroma:emoji_reaction'>, mastodon.v1.NotificationType>,
  // Our own, for what an author has yet to allow.
  Fits<Exclude<keyof Camel<StatusFlags>, 'favouritePending' | 'reblogPending'>, keyof mastodon.v1.Status>,
];

it('turns visibilities into Mastodon’s words and back', () => {
  for (const visibility of ['public', 'unlisted', 'followers', 'direct'] as const)
    expect(fromWireVisibility(toWireVisibility(visibility))).toBe(visibility);
  expect(fromWireVisibility('followers')).toBe('followers');
  expect(fromWireVisibility('limited')).toBeNull();
});
