// Holds what is stored against what tables name: what each owner takes, what nobody names, what is named and not there.
import type { AppContext } from '#server/context.ts';
import type { ListedFile } from '#server/platform/files/files.ts';
import { isNamed, keyOwners, namedKeys, type NamedKey } from '../queries/key-owners.ts';
import { readKeySet, type KeySet } from './key-set.ts';

export interface MissingFile {
  owner: string;
  folder: string;
  /** Of the row that names it. */
  id: string;
  key: string;
}

export interface FilesFound {
  /** By owner, in the order of the table; `others` have keys of no owner. */
  owners: Array<{ name: string; files: number; bytes: number }>;
  others: { files: number; bytes: number };
  /** Nobody names them, and they are too old to be on their way. */
  orphans: { files: number; bytes: number };
  /** Keys that rows name, and how many of them have no file. */
  named: number;
  missing: number;
}

interface Visitor {
  onOrphan?: (file: ListedFile) => Promise<unknown> | undefined;
  onMissing?: (file: MissingFile) => Promise<unknown> | undefined;
}

/** A file is stored before the row that names it; a film may take long in between. */
const onItsWayMs = 24 * 60 * 60_000;

/** Looks at every file once and at every row twice. Memory: nine bytes for each key that a row names. */
export async function inspectFiles(ctx: AppContext, visitor: Visitor = {}): Promise<FilesFound> {
  const keys = await readKeySet(allNamedKeys(ctx));
  const found: FilesFound = {
    owners: keyOwners.map(({ name }) => ({ name, files: 0, bytes: 0 })),
    others: { files: 0, bytes: 0 },
    orphans: { files: 0, bytes: 0 },
    named: keys.size,
    missing: 0,
  };
  await lookAtFiles(ctx, keys, found, visitor);
  await lookAtRows(ctx, keys, found, visitor);
  return found;
}

async function* allNamedKeys(ctx: AppContext): AsyncGenerator<NamedKey[]> {
  for (const owner of keyOwners) yield* namedKeys(ctx, owner);
}

async function lookAtFiles(ctx: AppContext, keys: KeySet, found: FilesFound, { onOrphan }: Visitor): Promise<void> {
  const before = ctx.clock().getTime() - onItsWayMs;
  for await (const file of ctx.files.list('')) {
    const owner = keyOwners.findIndex(({ folder }) => file.key.startsWith(folder));
    add(found.owners[owner] ?? found.others, file);
    if (owner === -1 || keys.meet(file.key) || file.modifiedAt.getTime() > before) continue;
    add(found.orphans, file);
    await onOrphan?.(file);
  }
}

function add(sum: { files: number; bytes: number }, { bytes }: ListedFile): void {
  sum.files += 1;
  sum.bytes += bytes;
}

/** Rows are read once more: what was not met may have come since, so each is asked for. */
async function lookAtRows(ctx: AppContext, keys: KeySet, found: FilesFound, { onMissing }: Visitor): Promise<void> {
  for (const owner of keyOwners) {
    for await (const page of namedKeys(ctx, owner)) {
      for (const { id, key } of page) {
        // A row may have got other files while we looked for these.
        if (keys.isMet(key) || (await isThere(ctx, key)) || !(await isNamed(ctx, owner, { id, key }))) continue;
        found.missing += 1;
        await onMissing?.({ owner: owner.name, folder: owner.folder, id, key });
      }
    }
  }
}

async function isThere(ctx: AppContext, key: string): Promise<boolean> {
  return (await ctx.files.head(key.endsWith('/') ? `${key}index.m3u8` : key)) !== null;
}
