// Posts that wait for their time, and drafts.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import type { QuotePolicy, ReplyPolicy } from '#server/features/posts/entities.ts';
import type { Visibility } from '#server/features/instance/entities.ts';

/** A post but for its author and its key: checked, and ready to be written. The words are those of `NewPost` in posts. */
export interface PlannedPost {
  source: string;
  visibility: Visibility;
  summary?: string;
  sensitive?: boolean;
  language?: string | null;
  inReplyToId?: string | null;
  poll?: { options: string[]; expiresIn: number; multiple: boolean; hideTotals: boolean };
  appId?: string | null;
  mediaIds?: readonly string[];
  quotedId?: string | null;
  quotePolicy?: QuotePolicy;
  replyPolicy?: ReplyPolicy;
}

export const ScheduledPostSchema = defineEntity({
  name: 'ScheduledPost',
  tableName: 'scheduled_posts',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    scheduledAt: p.datetime(3),
    post: p.json<PlannedPost>(),
    createdAt: p.datetime(3),
  },
  indexes: [{ name: 'scheduled_posts_page', properties: ['accountId', 'id'] }],
});
export class ScheduledPost extends ScheduledPostSchema.class {}
ScheduledPostSchema.setClass(ScheduledPost);

/** What a draft holds; nothing of it need fit together yet. */
export interface DraftContent {
  content: string;
  visibility: string | null;
  in_reply_to: string | null;
  content_warning: string | null;
  sensitive: boolean | null;
  language: string | null;
  poll: { options: string[]; expires_in: number | null; multiple: boolean; hide_totals: boolean } | null;
  /** Uploads that it holds; absent in older drafts. */
  media_ids?: string[];
  /** The id of the post that it quotes, and who may quote it; absent in older drafts. */
  quoted?: string | null;
  quote_policy?: string | null;
  /** When it shall go out; absent in older drafts. */
  scheduled_at?: string | null;
}

export const DraftSchema = defineEntity({
  name: 'Draft',
  tableName: 'drafts',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    content: p.json<DraftContent>(),
    /** Why it was not published at its time; null for what was never scheduled. */
    problem: p.text().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  indexes: [{ name: 'drafts_page', properties: ['accountId', 'id'] }],
});
export class Draft extends DraftSchema.class {}
DraftSchema.setClass(Draft);
