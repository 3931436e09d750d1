// Who owns which files: every table that names keys of the files port. A table that begins to name keys gets a row here, or its
// files are taken for left behind.
import type { AppContext } from '#server/context.ts';

export interface KeyOwner {
  /** For people. */
  name: string;
  /** All its keys begin so, and no others. */
  folder: string;
  /** What its ids are: numbers, or texts of one length in hexadecimal digits. */
  ids: 'numbers' | 'digests';
  /**
   * (id, key) of the id $1 and those behind it, at most of $2 rows of the table; of a row without files one with a null key, so
   * that the last id is known. A key that ends with a slash is a folder, and its first file `index.m3u8`.
   */
  page: string;
}

export interface NamedKey {
  id: string;
  key: string;
}

const named = (folder: string): string =>
  `select m.id::text as id, f->>'key' as key
   from (select id, files from media_attachments where id >= $1::bigint and remote_url is null order by id limit $2) m
   left join lateral (select f from jsonb_array_elements(m.files) f where f->>'key' like '${folder}%') files on true
   order by m.id`;

export const keyOwners: readonly KeyOwner[] = [
  {
    name: 'profile pictures',
    folder: 'accounts/',
    ids: 'numbers',
    page: `select a.id::text as id, k.key
      from (select id, avatar, header from accounts where id >= $1::bigint and domain is null order by id limit $2) a
      left join lateral (select key from (values (a.avatar->>'key'), (a.header->>'key')) v (key) where key is not null) k on true
      order by a.id`,
  },
  {
    name: 'custom emoji',
    folder: 'emojis/',
    ids: 'numbers',
    page: `select e.id::text as id, k.key
      from (select id, file, still from custom_emojis where id >= $1::bigint order by id limit $2) e
      left join lateral (select distinct key from (values (e.file), (e.still)) v (key)) k on true
      order by e.id`,
  },
  { name: 'pictures, films and sounds', folder: 'media/', ids: 'numbers', page: named('media/') },
  { name: 'uploads that wait for work', folder: 'uploads/', ids: 'numbers', page: named('uploads/') },
  {
    name: "other servers' files",
    folder: 'cache/',
    ids: 'digests',
    // While one is fetched or deleted its files may not be there.
    page: `select r.digest as id, f->>'key' as key
      from (select digest, state, files from remote_files where digest >= $1 order by digest limit $2) r
      left join lateral (select f from jsonb_array_elements(r.files) f where r.state = 'ready') files on true
      order by r.digest`,
  },
  {
    name: 'archives of accounts',
    folder: 'archives/',
    ids: 'numbers',
    page: `select id::text, case state when 'ready' then key end as key from archives where id >= $1::bigint order by id limit $2`,
  },
];

/** Every key that the owner's table names, a page of rows at a time. */
export async function* namedKeys(ctx: AppContext, owner: KeyOwner): AsyncGenerator<NamedKey[]> {
  const pageRows = 1000;
  for (let from = owner.ids === 'numbers' ? '0' : ''; ;) {
    const rows = await readPage(ctx, owner, from, pageRows);
    const last = rows.at(-1);
    if (last === undefined) return;
    from = owner.ids === 'numbers' ? String(BigInt(last.id) + 1n) : `${last.id}0`;
    yield rows.flatMap(({ id, key }) => (key === null ? [] : [{ id, key }]));
  }
}

/** Whether that row names that key, now. */
export async function isNamed(ctx: AppContext, owner: KeyOwner, { id, key }: NamedKey): Promise<boolean> {
  return (await readPage(ctx, owner, id, 1)).some((row) => row.id === id && row.key === key);
}

async function readPage(
  ctx: AppContext,
  owner: KeyOwner,
  from: string,
  most: number,
): Promise<Array<{ id: string; key: string | null }>> {
  return ctx.database.prepared(`files named as ${owner.folder}`, owner.page, [from, most]);
}
