// Our accounts as other servers read them.
import type { Config } from '#config/load.ts';
import { emojiTags } from '#server/features/emojis/activitypub.ts';
import { addresses, type Addresses } from '#server/platform/fediverse/addresses.ts';
import { publicAudience, type Json } from '#server/platform/fediverse/json.ts';
import { actorContext } from '#server/platform/fediverse/vocabulary.ts';
import { filesBase } from '#server/platform/files/address.ts';
import { plainToHtml } from '#server/platform/text.ts';
import type { AccountKind, PictureReference } from '../entities.ts';
import type { AccountView } from '../queries.ts';

const types: Record<AccountKind, string> = {
  person: 'Person',
  service: 'Service',
  group: 'Group',
  organization: 'Organization',
  application: 'Application',
};

/** The public halves of an account's keys. */
export interface PublicKeys {
  keyId: string;
  /** SPKI in PEM. */
  rsaPublic: string;
  edKeyId: string | null;
  /** As `publicKeyMultibase`: `z6Mk…`. */
  edMultibase: string | null;
}

/** A local account as an ActivityPub actor. The instance actor shows nothing but what its key needs. */
export function actorDocument(config: Config, account: AccountView, keys: PublicKeys): Json {
  const at = addresses(config);
  const isInstance = account.uri === at.instanceActor;
  return {
    '@context': actorContext,
    id: account.uri,
    type: types[account.kind],
    preferredUsername: account.username,
    name: account.displayName === '' ? account.username : account.displayName,
    ...(isInstance ? {} : profile(config, at, account)),
    url: account.url ?? account.uri,
    inbox: account.inboxUrl,
    outbox: account.outboxUrl ?? `${account.uri}/outbox`,
    endpoints: { sharedInbox: at.sharedInbox },
    manuallyApprovesFollowers: account.locked,
    discoverable: account.discoverable,
    indexable: account.indexable,
    published: account.createdAt.toISOString(),
    updated: account.updatedAt.toISOString(),
    ...keyMembers(account, keys),
  };
}

function profile(config: Config, at: Addresses, account: AccountView): Json {
  return {
    summary: account.bioHtml,
    followers: at.followers(account.id),
    following: at.following(account.id),
    featured: at.featured(account.id),
    attachment: account.fields.map((field) => ({
      type: 'PropertyValue',
      name: field.name,
      value: plainToHtml(field.value, { inline: true, relMe: true }),
    })),
    ...(account.emojis.length > 0 ? { tag: emojiTags(config, account.emojis) } : {}),
    ...(account.attributionDomains.length > 0 ? { attributionDomains: account.attributionDomains } : {}),
    ...(account.alsoKnownAs.length > 0 ? { alsoKnownAs: account.alsoKnownAs } : {}),
    ...(account.movedToUri === null ? {} : { movedTo: account.movedToUri }),
    ...picture('icon', config, account.avatar),
    ...picture('image', config, account.header),
  };
}

function picture(name: 'icon' | 'image', config: Config, reference: PictureReference | null): Json {
  const url = reference?.key === undefined ? reference?.url : `${filesBase(config)}/${reference.key}`;
  if (url === undefined) return {};
  const mediaType = url.endsWith('.webp') ? 'image/webp' : undefined;
  const description = reference?.description;
  return {
    [name]: {
      type: 'Image',
      url,
      ...(mediaType ? { mediaType } : {}),
      ...(description ? { summary: description } : {}),
    },
  };
}

function keyMembers(account: AccountView, keys: PublicKeys): Json {
  const { edKeyId, edMultibase } = keys;
  return {
    publicKey: { id: keys.keyId, type: 'CryptographicKey', owner: account.uri, publicKeyPem: keys.rsaPublic },
    ...(edKeyId === null || edMultibase === null
      ? {}
      : {
          assertionMethod: [
            { id: edKeyId, type: 'Multikey', controller: account.uri, publicKeyMultibase: edMultibase },
          ],
        }),
  };
}

/** What is left of a deleted account or post: who asks shall forget it. */
export function tombstoneDocument(uri: string, deletedAt: Date): Json {
  return {
    '@context': actorContext[0],
    id: uri,
    type: 'Tombstone',
    deleted: deletedAt.toISOString(),
    to: [publicAudience],
  };
}
