// Pictures, films and sounds of posts: what people upload here, and what posts of other servers carry.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';

/** `gifv`: a silent film that repeats, as a moving picture would. `unknown`: a file of another server that we cannot show. */
export const mediaKinds = ['image', 'gifv', 'video', 'audio', 'unknown'] as const;
export type MediaKind = (typeof mediaKinds)[number];

/** `waiting`: uploaded, nobody works on it yet; `failed`: see `failure`, the upload is kept so that it can be tried again. */
export const mediaStates = ['waiting', 'processing', 'ready', 'failed'] as const;
export type MediaState = (typeof mediaStates)[number];

/** What a stored file is for. `upload` is what came, private, until the others are made of it. */
export type MediaRole = 'upload' | 'original' | 'small' | 'thumbnail' | 'hls';

/** A file of ours. `hls` is a playlist; the key of its folder ends with a slash, and `bytes` counts all that is in it. */
export interface MediaFile {
  role: MediaRole;
  key: string;
  contentType: string;
  bytes: number;
}

/** Pixels, seconds, frames a second, bits a second; what a kind does not have is absent. */
export interface MediaMeasures {
  width?: number;
  height?: number;
  duration?: number;
  frameRate?: number;
  bitrate?: number;
}

export const MediaAttachmentSchema = defineEntity({
  name: 'MediaAttachment',
  tableName: 'media_attachments',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    /** Of the post that shows it. Posts stand on a higher floor: they set it, and clear it when they go. */
    postId: p.bigint('string').nullable(),
    position: p.smallint().default(0),
    kind: p.text().$type<MediaKind>(),
    state: p.text().$type<MediaState>(),
    /** Per cent of a long work. */
    progress: p.smallint().default(0),
    /** Why it failed, in words for its owner. */
    failure: p.text().nullable(),
    description: p.text().default(''),
    /** The point that must stay visible when a preview is cut: from -1 (left, bottom) to 1 (right, top). */
    focusX: p.float().default(0),
    focusY: p.float().default(0),
    blurhash: p.text().nullable(),
    original: p.json<MediaMeasures>().nullable(),
    small: p.json<MediaMeasures>().nullable(),
    /** Sixty-four loudnesses of a sound from its beginning to its end, 0 to 100. */
    waveform: p.json<number[]>().nullable(),
    files: p
      .json<MediaFile[]>()
      .defaultRaw(`'[]'`)
      .onCreate(() => []),
    /** What all `files` take on disk. */
    bytes: p.bigint('string').default('0'),
    /** Where a file of another server is; its own picture of it, and what it calls its type. */
    remoteUrl: p.text().nullable(),
    remotePreviewUrl: p.text().nullable(),
    remoteType: p.text().nullable(),
    /** When it is deleted if no post has it by then; null: something else holds it, such as a draft. */
    expiresAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  indexes: [
    {
      name: 'media_attachments_post',
      expression:
        'create index media_attachments_post on media_attachments (post_id, position) where post_id is not null',
    },
    { name: 'media_attachments_account', properties: ['accountId', 'id'] },
    {
      name: 'media_attachments_expiry',
      expression:
        'create index media_attachments_expiry on media_attachments (expires_at) where post_id is null and expires_at is not null',
    },
  ],
});
export class MediaAttachment extends MediaAttachmentSchema.class {}
MediaAttachmentSchema.setClass(MediaAttachment);

/** What is kept of a file of another server: the kinds of address under which people here may see it. */
export type RemoteFamily = 'avatar' | 'header' | 'emoji' | 'preview' | 'full' | 'file';

/**
 * `fetching`: somebody has claimed it; `ready`: its files are there; `failed`: not tried again before `retryAt`; `leaving`: its
 * files are being deleted, the row follows.
 */
export type RemoteState = 'fetching' | 'ready' | 'failed' | 'leaving';

/** `main` moves if the original does; `still` is its first picture, `plain` the same for whoever cannot read WebP. */
export interface RemoteStored {
  role: 'main' | 'still' | 'plain';
  key: string;
  contentType: string;
  bytes: number;
}

/**
 * - `gone`: its server has it no more · `refused`: its server does not give it to us
 * - `unusable`: no picture, film or sound that we show, or too large · `blocked`: it leads where we do not go
 * - `unreachable`: its server is down, slow or broken
 */
export type RemoteFailure = 'gone' | 'refused' | 'unusable' | 'blocked' | 'unreachable';

/** A file of another server that somebody here has asked for: kept for a while, fetched again when it is gone. */
export const RemoteFileSchema = defineEntity({
  name: 'RemoteFile',
  tableName: 'remote_files',
  properties: {
    /** SHA-256 of the family and the address. */
    digest: p.text().primary(),
    family: p.text().$type<RemoteFamily>(),
    url: p.text(),
    /** Of the address, with its port if it has one. */
    host: p.text(),
    state: p.text().$type<RemoteState>(),
    files: p
      .json<RemoteStored[]>()
      .defaultRaw(`'[]'`)
      .onCreate(() => []),
    /** What all `files` take; the sum over all rows is in `remote_usage`. */
    bytes: p.bigint('string').default('0'),
    failure: p.text().$type<RemoteFailure>().nullable(),
    /** Failures since it was last fetched. */
    failures: p.smallint().default(0),
    retryAt: p.datetime(3).nullable(),
    /** Whoever fetches or deletes it now, and until when that counts. */
    claim: p.text().nullable(),
    claimedUntil: p.datetime(3).nullable(),
    fetchedAt: p.datetime(3).nullable(),
    /** Written at most once an hour. */
    lastUsedAt: p.datetime(3),
  },
  indexes: [
    {
      name: 'remote_files_unused',
      expression: `create index remote_files_unused on remote_files (last_used_at) where state = 'ready'`,
    },
    {
      name: 'remote_files_unfinished',
      expression: `create index remote_files_unfinished on remote_files (claimed_until) where state in ('fetching', 'leaving')`,
    },
    {
      name: 'remote_files_failed',
      expression: `create index remote_files_failed on remote_files (retry_at) where state = 'failed'`,
    },
    { name: 'remote_files_host', properties: ['host'] },
    { name: 'remote_files_url', expression: 'create index remote_files_url on remote_files using hash (url)' },
  ],
});
export class RemoteFile extends RemoteFileSchema.class {}
RemoteFileSchema.setClass(RemoteFile);

/** One row: what all files of other servers take. Changed in the statement that changes theirs. */
export const RemoteUsageSchema = defineEntity({
  name: 'RemoteUsage',
  tableName: 'remote_usage',
  properties: {
    one: p.boolean().primary(),
    bytes: p.bigint('string'),
  },
});
export class RemoteUsage extends RemoteUsageSchema.class {}
RemoteUsageSchema.setClass(RemoteUsage);

/** An upload that comes piece by piece, known to its owner by an unguessable token. It is forgotten after a day, and its file with it. */
export const ResumableUploadSchema = defineEntity({
  name: 'ResumableUpload',
  tableName: 'resumable_uploads',
  properties: {
    token: p.text().primary(),
    // No reference: when an account goes, the row stays until the file has been removed.
    accountId: p.bigint('string'),
    bytes: p.bigint('string'),
    description: p.text().default(''),
    /** As clients write it: `0.5,-0.25`. */
    focus: p.text().default(''),
    /** Of what it became, when it is whole. */
    mediaId: p.bigint('string').nullable(),
    createdAt: p.datetime(3),
  },
  indexes: [
    { name: 'resumable_uploads_account', properties: ['accountId', 'createdAt'] },
    { name: 'resumable_uploads_created', properties: ['createdAt'] },
  ],
});
export class ResumableUpload extends ResumableUploadSchema.class {}
ResumableUploadSchema.setClass(ResumableUpload);
