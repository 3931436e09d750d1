// Whether a reader may quote a post, and in words why not; and taking one's own post out of a quote.
import { requireSignIn } from '#web/features/auth/sign-in-prompt.ts';
import { post } from '#web/lib/api.ts';
import { t, type MessageKey } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { ask } from '#web/ui/Ask.tsx';
import { openComposer } from './composing.ts';
import { keepPost } from './post-store.ts';

/** Why a post cannot be quoted by this person, null when it can. */
export function quoteObstacle(status: Status, myId: string | undefined): MessageKey | null {
  if (status.visibility === 'direct') return 'quoting.direct';
  if (status.account.id === myId) return null;
  if (status.visibility === 'private') return 'quoting.private';
  const { current_user: leave, automatic = [], manual = [] } = status.quote_approval ?? {};
  // A visitor signs in first; who they are decides then.
  if (myId === undefined || leave !== 'denied') return null;
  return [...automatic, ...manual].includes('followers') ? 'quoting.followers' : 'quoting.nobody';
}

/** What to know before one quotes it, null when there is nothing. */
export function quoteHint(status: Status, myId: string | undefined): MessageKey | null {
  const leave = status.account.id === myId ? 'automatic' : status.quote_approval?.current_user;
  return myId !== undefined && leave === 'manual' ? 'quoting.asks' : null;
}

/** Opens the composer for a post that quotes this one. */
export function quotePost(status: Status): void {
  if (requireSignIn()) openComposer({ kind: 'quote', of: status });
}

/** Asks, then takes one's own post out of a post that quotes it. */
export async function leaveQuote(quoting: Status, own: Status): Promise<void> {
  const isSure = await ask({
    title: t('quoting.leaveTitle'),
    text: t('quoting.leaveText'),
    yes: t('quoting.leave'),
    isDangerous: true,
  });
  if (!isSure) return;
  try {
    keepPost(await post<Status>(`/api/v1/statuses/${own.id}/quotes/${quoting.id}/revoke`));
    tell(t('quoting.left'));
  } catch (cause) {
    tellFailure(cause);
  }
}
