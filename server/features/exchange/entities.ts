// Imports: one file that somebody brought along, and what became of each of its lines. Archives: a whole account as one file.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';

/** What can be taken along. */
export const exchangeKinds = ['follows', 'lists', 'blocks', 'mutes', 'domain_blocks', 'bookmarks'] as const;
export type ExchangeKind = (typeof exchangeKinds)[number];

export const importModes = ['merge', 'overwrite'] as const;
export type ImportMode = (typeof importModes)[number];

/** One line: a handle, a domain or an address, and how it is meant. */
export interface ExchangeRow {
  /** The handle, the domain, or the post's address. */
  target: string;
  list?: string | undefined;
  showBoosts?: boolean | undefined;
  notify?: boolean | undefined;
  languages?: string[] | undefined;
  hideNotifications?: boolean | undefined;
}

export const ImportSchema = defineEntity({
  name: 'Import',
  tableName: 'imports',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade').index(),
    kind: p.text().$type<ExchangeKind>(),
    mode: p.text().$type<ImportMode>(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});
export class Import extends ImportSchema.class {}
ImportSchema.setClass(Import);

export const ImportRowSchema = defineEntity({
  name: 'ImportRow',
  tableName: 'import_rows',
  properties: {
    importId: () => p.manyToOne(Import).mapToPk().fieldName('import_id').primary().deleteRule('cascade'),
    /** Its place in the file, from 1. */
    place: p.integer().primary(),
    row: p.json<ExchangeRow>(),
    state: p.text().$type<'waiting' | 'done' | 'failed'>().default('waiting'),
    /** Why it failed, in words for its owner. */
    reason: p.text().nullable(),
  },
});
export class ImportRow extends ImportRowSchema.class {}
ImportRowSchema.setClass(ImportRow);

/** A copy of a whole account as one file. Not bound to the account's row: whoever deletes it must delete the file as well. */
export const ArchiveSchema = defineEntity({
  name: 'Archive',
  tableName: 'archives',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: p.bigint('string').index(),
    state: p.text().$type<'waiting' | 'ready' | 'failed'>().default('waiting'),
    /** Where the file lies: unguessable, and told to nobody. */
    key: p.text().hidden(),
    /** How often writing it was begun. */
    tries: p.integer().default(0),
    bytes: p.bigint('string').nullable(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});
export class Archive extends ArchiveSchema.class {}
ArchiveSchema.setClass(Archive);
