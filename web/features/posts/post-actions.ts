// What a reader does with a post. The page changes at once; when the server refuses, it changes back and says so.
import { get, post, request } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { requireSignIn } from '#web/features/auth/sign-in-prompt.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { ask } from '#web/ui/Ask.tsx';
import { isDraftTouched, openRedraft, redraftPurpose } from './composing.ts';
import { loadPins } from './pins.ts';
import { changePost, dropPost, findPost, keepPost } from './post-store.ts';

interface Toggle {
  flag: 'favourited' | 'reblogged' | 'bookmarked' | 'pinned' | 'muted';
  count?: 'favourites_count' | 'reblogs_count';
  on: string;
  off: string;
}

const TOGGLES = {
  like: { flag: 'favourited', count: 'favourites_count', on: 'favourite', off: 'unfavourite' },
  boost: { flag: 'reblogged', count: 'reblogs_count', on: 'reblog', off: 'unreblog' },
  bookmark: { flag: 'bookmarked', on: 'bookmark', off: 'unbookmark' },
  pin: { flag: 'pinned', on: 'pin', off: 'unpin' },
  mute: { flag: 'muted', on: 'mute', off: 'unmute' },
} satisfies Record<string, Toggle>;

const running = new Set<string>();

/** Returns whether the server took it. */
async function toggle(status: Status, { flag, count, on, off }: Toggle): Promise<boolean> {
  if (!requireSignIn()) return false;
  const key = `${flag} ${status.id}`;
  if (running.has(key)) return false;
  running.add(key);
  const isOn = !status[flag];
  const before = findPost(status.id)?.peek();
  const counted = (by: number) => (one: Status) => (count ? { [count]: Math.max(0, one[count] + by) } : {});
  changePost(status.id, (one) => ({ [flag]: isOn, ...counted(isOn ? 1 : -1)(one) }));
  try {
    const answer = await post<Status>(`/api/v1/statuses/${status.id}/${isOn ? on : off}`);
    // A boost answers with its wrapper.
    keepPost(answer.reblog ?? answer);
    return true;
  } catch (cause) {
    if (before) changePost(status.id, (one) => ({ [flag]: before[flag], ...counted(isOn ? -1 : 1)(one) }));
    tellFailure(cause);
    return false;
  } finally {
    running.delete(key);
  }
}

/** Likes, or takes the like back. */
export const toggleLike = (status: Status): Promise<boolean> => toggle(status, TOGGLES.like);
/** Boosts, or takes the boost back. */
export const toggleBoost = (status: Status): Promise<boolean> => toggle(status, TOGGLES.boost);
/** Bookmarks, or takes the bookmark back. */
export const toggleBookmark = (status: Status): Promise<boolean> => toggle(status, TOGGLES.bookmark);

/** Puts one's own post at the top of one's profile, or takes it down again. */
export async function togglePin(status: Status): Promise<void> {
  if (!(await toggle(status, TOGGLES.pin))) return;
  tell(status.pinned ? t('post.unpinDone') : t('post.pinDone'));
  await loadPins(status.account.id);
}

/** Stops the news of a conversation, or lets them come again. */
export async function toggleMute(status: Status): Promise<void> {
  if (await toggle(status, TOGGLES.mute)) tell(status.muted ? t('post.unmuteDone') : t('post.muteDone'));
}

/** Whether a post may be passed on by this person: public and unlisted by all, followers-only by its author. */
export const mayBoost = (status: Status, myId: string | undefined): boolean =>
  !status.pending_approval &&
  !status.approval_refused &&
  (status.visibility === 'public' ||
    status.visibility === 'unlisted' ||
    (status.visibility === 'private' && status.account.id === myId));

/** Copies the post's public address. */
export async function copyLink(status: Status): Promise<void> {
  try {
    await navigator.clipboard.writeText(
      status.url ?? new URL(`/@${status.account.acct}/${status.id}`, location.origin).href,
    );
    tell(t('post.linkCopied'));
  } catch {
    tell(t('post.linkNotCopied'), { kind: 'failed' });
  }
}

/** Asks, deletes, and opens what it said and showed as a new draft. */
export async function redraftPost(status: Status): Promise<void> {
  const answered = status.in_reply_to_id === null ? null : (findPost(status.in_reply_to_id)?.peek() ?? null);
  const isReplaced = isDraftTouched(redraftPurpose(status, answered));
  const isSure = await ask({
    title: t('post.redraftTitle'),
    text: [t('post.redraftText'), ...(isReplaced ? [t('post.redraftReplace')] : [])].join(' '),
    yes: t('post.redraft'),
    isDangerous: true,
  });
  if (!isSure) return;
  try {
    const parent =
      status.in_reply_to_id === null
        ? null
        : (answered ?? (await get<Status>(`/api/v1/statuses/${status.in_reply_to_id}`)));
    // Its files stay for a day, for the post that is written anew.
    const deleted = await request<Status & { text?: string | null }>('DELETE', `/api/v1/statuses/${status.id}`);
    dropPost(status.id);
    openRedraft(deleted, deleted.text ?? '', parent);
  } catch (cause) {
    tellFailure(cause);
  }
}

/** Asks, then deletes. Returns whether it is gone. */
export async function deletePost(status: Status): Promise<boolean> {
  const isSure = await ask({
    title: t('post.deleteTitle'),
    text: t('post.deleteText'),
    yes: t('post.delete'),
    isDangerous: true,
  });
  if (!isSure) return false;
  try {
    await request('DELETE', `/api/v1/statuses/${status.id}`, { body: { delete_media: true } });
    dropPost(status.id);
    tell(t('post.deleted'));
    return true;
  } catch (cause) {
    tellFailure(cause);
    return false;
  }
}
