// What the staff decided about other servers, the lists that it follows, and what was changed when and by whom.
import { defineEntity, p } from '@mikro-orm/core';

/** The weakest first. `none` blocks nothing by itself, but may carry what else is refused, or make an exception below a blocked name. */
export const severities = ['none', 'limit', 'suspend'] as const;
export type Severity = (typeof severities)[number];

/** A list of blocks that others keep, fetched from its address each day. */
export const BlockListSchema = defineEntity({
  name: 'BlockList',
  tableName: 'block_lists',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    url: p.text().unique(),
    createdAt: p.datetime(3),
    /** When it is fetched next; null: it rests, because what it changed was undone. */
    dueAt: p.datetime(3).nullable(),
    fetchedAt: p.datetime(3).nullable(),
    /** How many names it held then. */
    names: p.integer().default(0),
    /** Why the last fetch came to nothing, in words; null when it did not. */
    failure: p.text().nullable(),
  },
});
export class BlockList extends BlockListSchema.class {}
BlockListSchema.setClass(BlockList);

/** What is decided about a server and all below its name. */
export const ServerBlockSchema = defineEntity({
  name: 'ServerBlock',
  tableName: 'server_blocks',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    domain: p.text().unique(),
    severity: p.text().$type<Severity>(),
    rejectMedia: p.boolean().default(false),
    rejectReports: p.boolean().default(false),
    /** For the staff. */
    privateComment: p.text().default(''),
    /** For whoever may see the blocks. */
    publicComment: p.text().default(''),
    /** The name is shown with asterisks. */
    obfuscate: p.boolean().default(false),
    /** The list that it comes from; null: made by hand. */
    listId: p.bigint('string').nullable().index(),
    createdAt: p.datetime(3),
  },
});
export class ServerBlock extends ServerBlockSchema.class {}
ServerBlockSchema.setClass(ServerBlock);

/** A server with which we talk where only listed ones count. */
export const ServerAllowSchema = defineEntity({
  name: 'ServerAllow',
  tableName: 'server_allows',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    domain: p.text().unique(),
    createdAt: p.datetime(3),
  },
});
export class ServerAllow extends ServerAllowSchema.class {}
ServerAllowSchema.setClass(ServerAllow);

/** All that a block says besides its name. */
export interface BlockTerms {
  severity: Severity;
  rejectMedia: boolean;
  rejectReports: boolean;
  privateComment: string;
  publicComment: string;
  obfuscate: boolean;
  listId: string | null;
}

/** One server in a change: what held before and what holds since; null: nothing. */
export type ChangeStep =
  | { what: 'block'; domain: string; before: BlockTerms | null; after: BlockTerms | null }
  | { what: 'allow'; domain: string; before: true | null; after: true | null };

export const changeSources = ['hand', 'import', 'list', 'undo', 'mode'] as const;
export type ChangeSource = (typeof changeSources)[number];

/** What was changed in one go, by whom; kept for ever, so that it can be undone and explained. */
export const DomainChangeSchema = defineEntity({
  name: 'DomainChange',
  tableName: 'domain_changes',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    source: p.text().$type<ChangeSource>(),
    /** Who did it; null: the command line, or the server itself. No reference: what was done outlives accounts. */
    actorId: p.bigint('string').nullable(),
    listId: p.bigint('string').nullable(),
    /** The change that this one undoes. */
    undoesId: p.bigint('string').nullable(),
    steps: p
      .json<ChangeStep[]>()
      .defaultRaw(`'[]'`)
      .onCreate(() => []),
    createdAt: p.datetime(3),
    undoneAt: p.datetime(3).nullable(),
  },
});
export class DomainChange extends DomainChangeSchema.class {}
DomainChangeSchema.setClass(DomainChange);
