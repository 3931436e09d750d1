// Talks as JSON text, joined from the kept texts of accounts and posts.
import type { AppContext } from '#server/context.ts';
import { renderStatusesById } from '#server/features/posts/pages.ts';
import { renderAccounts } from '#server/features/posts/pages/texts.ts';
import { findTalk, type TalkView } from './queries.ts';

/** Each talk of an account as the JSON text of a Mastodon Conversation. */
export async function renderTalks(ctx: AppContext, accountId: string, talks: readonly TalkView[]): Promise<string[]> {
  const statuses = await renderStatusesById(
    ctx,
    talks.map(({ lastPostId }) => lastPostId),
    accountId,
  );
  const accounts = await renderAccounts(
    ctx,
    talks.flatMap(({ others }) => others),
  );
  return talks.map(({ id, unread, others, lastPostId }) => {
    const people = others.flatMap((other) => accounts.get(other) ?? []).join(',');
    return `{"id":"${id}","unread":${unread},"accounts":[${people}],"last_status":${statuses.get(lastPostId) ?? 'null'}}`;
  });
}

/** One talk as its person sees it, or null when they have none with that id. For open pages. */
export async function renderTalk(ctx: AppContext, accountId: string, talkId: string): Promise<string | null> {
  const talk = await findTalk(ctx, accountId, talkId);
  const [text] = talk === null ? [] : await renderTalks(ctx, accountId, [talk]);
  return text ?? null;
}
