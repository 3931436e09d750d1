// What posts link to: one row for each address, whatever the number of posts.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';

/** `bare`: a page that says nothing of itself, or no page at all. */
export type PreviewState = 'waiting' | 'ready' | 'bare' | 'failed';

/** `photo`, `video` and `rich` are shown in place, and come from known providers only. */
export const cardKinds = ['link', 'photo', 'video', 'rich'] as const;
export type CardKind = (typeof cardKinds)[number];

export const LinkPreviewSchema = defineEntity({
  name: 'LinkPreview',
  tableName: 'link_previews',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    /** SHA-256 of `url` in base64url. */
    urlHash: p.text().unique(),
    /** As `linkKey` spells it. */
    url: p.text(),
    state: p.text().$type<PreviewState>().default('waiting'),
    /** Where the page was found in the end, and the name of that site without port. */
    finalUrl: p.text().nullable(),
    host: p.text().nullable(),
    kind: p.text().$type<CardKind>().default('link'),
    title: p.text().default(''),
    description: p.text().default(''),
    providerName: p.text().default(''),
    providerUrl: p.text().default(''),
    authorName: p.text().default(''),
    authorUrl: p.text().default(''),
    /** Whom the page names as its author; whether that account agrees is asked when it is shown. */
    authorId: () => p.manyToOne(Account).mapToPk().fieldName('author_id').nullable().deleteRule('set null').index(),
    imageUrl: p.text().nullable(),
    imageWidth: p.integer().default(0),
    imageHeight: p.integer().default(0),
    imageDescription: p.text().default(''),
    /** The address of a frame, or of a photo, of a known provider. */
    playerUrl: p.text().nullable(),
    playerWidth: p.integer().default(0),
    playerHeight: p.integer().default(0),
    language: p.text().nullable(),
    publishedAt: p.datetime(3).nullable(),
    /** When somebody shall visit it; null when nobody needs to. */
    wantedAt: p.datetime(3).nullable(),
    /** The job that visits it now, and until when nobody else does. */
    claimedBy: p.text().nullable(),
    claimedUntil: p.datetime(3).nullable(),
    /** Visits in a row that failed for the moment. */
    attempts: p.smallint().default(0),
    failure: p.text().nullable(),
    fetchedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3).index(),
  },
});
export class LinkPreview extends LinkPreviewSchema.class {}
LinkPreviewSchema.setClass(LinkPreview);
