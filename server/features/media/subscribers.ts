// What media do when things happen: a worker makes films and sounds ready; files go after the rows that named them.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { changedNames } from '#server/features/domains/queries/changes.ts';
import { hostsWithFiles } from './queries/remote-hosts.ts';
import { dropMediaOf } from './service/purge.ts';
import { dropRemoteFiles } from './service/remote-bound.ts';
import { makeReady } from './service/ready.ts';
import { deleteFiles } from './service/store.ts';

/** Makes an upload ready that waits. */
export async function workOnUpload(ctx: AppContext, { mediaId }: Events['media.uploaded']): Promise<void> {
  await makeReady(ctx, mediaId);
}

/** Deletes the files of rows that are gone, and what was kept of other servers' files for them. */
export async function dropFiles(ctx: AppContext, { keys, urls }: Events['media.removed']): Promise<void> {
  await deleteFiles(ctx, keys);
  if (urls.length > 0) await dropRemoteFiles(ctx, { urls });
}

/** Deletes what is kept of servers whose files are not shown here any more. */
export async function dropRefused(ctx: AppContext, { changeId }: Events['domains.changed']): Promise<void> {
  // The process that runs this may not have heard of the change yet.
  await ctx.domains.refresh();
  const hosts = await hostsWithFiles(ctx, await changedNames(ctx, changeId));
  for (const host of hosts) if (ctx.domains.rejectsMedia(host)) await dropRemoteFiles(ctx, { host });
}

/** Deletes all that an account had, also what posts that go one by one still show. */
export async function dropAllOf(ctx: AppContext, { accountId }: Events['account.removed']): Promise<void> {
  await dropMediaOf(ctx, accountId);
}
