// What the author of another post is asked for: to be quoted, answered, liked, boosted.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import { Post } from '../entities.ts';

/** What became of the wish to quote: `pending` until the author of the other post, or their server, has said something. */
export const quoteAnswers = ['pending', 'accepted', 'rejected', 'revoked'] as const;
export type QuoteAnswer = (typeof quoteAnswers)[number];

/** A post that shows another. The other may have been deleted, or its author may have taken it out of there. */
export const QuoteSchema = defineEntity({
  name: 'Quote',
  tableName: 'quotes',
  properties: {
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').primary().deleteRule('cascade'),
    /** Null when it was deleted, or is still to be fetched. */
    quotedId: () => p.manyToOne(Post).mapToPk().fieldName('quoted_id').nullable().deleteRule('set null'),
    /** Its address, for quotes that come from other servers. */
    quotedUri: p.text().nullable(),
    state: p.text().$type<QuoteAnswer>(),
    /** Where the author's server says that they agree; read there before it was written here. */
    authorizationUri: p.text().nullable(),
    /** It was written by software that asks nobody: a link until it turns out to be allowed. */
    unasked: p.boolean().default(false),
  },
  indexes: [
    { name: 'quotes_quoted', properties: ['quotedId', 'postId'] },
    {
      name: 'quotes_authorization',
      expression: 'create index quotes_authorization on quotes (authorization_uri) where authorization_uri is not null',
    },
  ],
});
export class Quote extends QuoteSchema.class {}
QuoteSchema.setClass(Quote);

/** An answer, like or boost of ours of which the author of the other post is asked first. `subjectId`: the post's or like's id. */
export const InteractionRequestSchema = defineEntity({
  name: 'InteractionRequest',
  tableName: 'interaction_requests',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    interaction: p.text().$type<'reply' | 'like' | 'boost'>(),
    subjectId: p.bigint('string').unique(),
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').deleteRule('cascade').index(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade').index(),
    state: p.text().$type<'pending' | 'accepted'>(),
    createdAt: p.datetime(3),
  },
});
export class InteractionRequest extends InteractionRequestSchema.class {}
InteractionRequestSchema.setClass(InteractionRequest);
