// Drafts that the server keeps, and posts that wait for their time: how they come into the composer and out of it.
import { get, post, request } from '#web/lib/api.ts';
import { asDraftMedia, saveDetails } from '#web/features/media/draft-media.ts';
import { t } from '#web/lib/i18n.ts';
import { randomWord } from '#web/lib/random-word.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Visibility } from '#web/lib/wire/audience.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import type { KeptDraft, ScheduledStatus } from '#web/lib/wire/unsent.ts';
import { ask } from '#web/ui/Ask.tsx';
import {
  draftFor,
  finishDraft,
  freshDraft,
  isDraftTouched,
  mediaOf,
  openComposer,
  quotedBy,
  type Draft,
  type Purpose,
} from './composing.ts';
import { toField } from './schedule-time.ts';

/** Hands what is being written to the server, to be finished another time or elsewhere. Returns whether it has it. */
export async function keepDraft(purpose: Purpose): Promise<boolean> {
  try {
    await saveDetails(mediaOf(draftFor(purpose)));
    const draft = draftFor(purpose).peek();
    const body = {
      content: draft.text,
      visibility: draft.visibility,
      in_reply_to: purpose.kind === 'reply' ? purpose.to.id : '',
      quoted: quotedBy(purpose, draft)?.id ?? '',
      quote_policy: draft.quotePolicy,
      scheduled_at: draft.scheduledAt ? new Date(draft.scheduledAt).toISOString() : '',
      content_warning: draft.hasWarning ? draft.warning : '',
      sensitive: draft.isSensitive,
      language: draft.language,
      media_ids: draft.media.flatMap(({ media }) => media?.id ?? []),
      poll: draft.hasPoll
        ? {
            options: draft.poll.options,
            expires_in: draft.poll.seconds,
            multiple: draft.poll.isMultiple,
            hide_totals: draft.poll.hidesTotals,
          }
        : { options: [] },
    };
    if (draft.keptId) await request('PUT', `/api/drafts/${draft.keptId}`, { body });
    else await post('/api/drafts', body);
    finishDraft(purpose);
    tell(t('compose.draftKept'));
    return true;
  } catch (cause) {
    tellFailure(cause);
    return false;
  }
}

/** What both have, in the composer's words. */
interface Unsent {
  text: string;
  warning: string;
  visibility: Visibility | null;
  repliesTo: string | null;
  quotes: string | null;
  quotePolicy: Draft['quotePolicy'] | null;
  sensitive: boolean;
  language: string | null;
  poll: KeptDraft['poll'];
  media: MediaAttachment[];
  /** When it shall go out. */
  at: string | null;
}

const fetchPost = (id: string | null): Promise<Status | null> =>
  // Gone since: then it is written without it.
  id === null ? Promise.resolve(null) : get<Status>(`/api/v1/statuses/${id}`).catch(() => null);

/** Where something is written, and the post that it quotes. */
interface Place {
  purpose: Purpose;
  quoted: Status | null;
}

async function placeOf({ repliesTo, quotes }: Unsent): Promise<Place> {
  const [to, of] = await Promise.all([fetchPost(repliesTo), fetchPost(quotes)]);
  return { purpose: to ? { kind: 'reply', to } : of ? { kind: 'quote', of } : { kind: 'new' }, quoted: of };
}

function toDraft(unsent: Unsent, { purpose, quoted }: Place): Draft {
  const fresh = freshDraft(purpose);
  const { poll, at } = unsent;
  return {
    ...fresh,
    quotes: purpose.kind === 'reply' && quoted ? quoted : undefined,
    scheduledAt: at === null ? '' : toField(new Date(at)),
    text: unsent.text,
    warning: unsent.warning,
    hasWarning: unsent.warning !== '',
    media: unsent.media.map((media) => ({ ...asDraftMedia(media), key: randomWord() })),
    isSensitive: unsent.sensitive,
    visibility: unsent.visibility ?? fresh.visibility,
    language: unsent.language ?? fresh.language,
    quotePolicy: unsent.quotePolicy ?? fresh.quotePolicy,
    ...(poll
      ? {
          hasPoll: true,
          poll: {
            options: poll.options,
            isMultiple: poll.multiple,
            hidesTotals: poll.hide_totals,
            seconds: poll.expires_in ?? fresh.poll.seconds,
          },
        }
      : {}),
  };
}

/** Asks before it takes the place of something that is being written; null when that shall stay. */
async function place(unsent: Unsent): Promise<Place | null> {
  const found = await placeOf(unsent);
  if (!isDraftTouched(found.purpose)) return found;
  const isSure = await ask({
    title: t('drafts.replaceTitle'),
    text: t('drafts.replaceText'),
    yes: t('drafts.replace'),
    isDangerous: true,
  });
  return isSure ? found : null;
}

const toWire = (visibility: string | null): Visibility | null => {
  if (visibility === 'followers' || visibility === 'private') return 'private';
  return visibility === 'public' || visibility === 'unlisted' || visibility === 'direct' ? visibility : null;
};

/** Goes on with a draft of the server's. It stays there until the post is sent. */
export async function continueDraft(kept: KeptDraft): Promise<void> {
  const unsent: Unsent = {
    text: kept.content,
    warning: kept.content_warning ?? '',
    visibility: toWire(kept.visibility),
    repliesTo: kept.in_reply_to,
    quotes: kept.quoted,
    quotePolicy: kept.quote_policy,
    sensitive: kept.sensitive ?? false,
    language: kept.language,
    poll: kept.poll,
    media: kept.media_attachments,
    at: kept.scheduled_at,
  };
  const found = await place(unsent);
  if (!found) return;
  draftFor(found.purpose).value = { ...toDraft(unsent, found), keptId: kept.id };
  openComposer(found.purpose);
}

/** Takes a post out of those that wait and opens it in the composer with its time. Returns whether it did. @throws {ApiError} */
export async function rewriteScheduled({
  id,
  scheduled_at: at,
  params,
  media_attachments,
}: ScheduledStatus): Promise<boolean> {
  const unsent: Unsent = {
    text: params.text,
    warning: params.spoiler_text,
    visibility: params.visibility,
    repliesTo: params.in_reply_to_id,
    quotes: params.quoted_status_id,
    quotePolicy: params.quote_approval_policy,
    sensitive: params.sensitive,
    language: params.language,
    poll: params.poll,
    media: media_attachments,
    at,
  };
  const found = await place(unsent);
  if (!found) return false;
  await request('DELETE', `/api/v1/scheduled_statuses/${id}`);
  draftFor(found.purpose).value = toDraft(unsent, found);
  openComposer(found.purpose);
  return true;
}
