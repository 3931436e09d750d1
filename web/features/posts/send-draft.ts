// Sends a draft: a new post, a reply, or the new version of a post.
import { request } from '#web/lib/api.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import type { ScheduledStatus } from '#web/lib/wire/unsent.ts';
import { focusText, saveDetails } from '#web/features/media/draft-media.ts';
import {
  answersOf,
  draftFor,
  finishDraft,
  mediaOf,
  quotedBy,
  quotePolicyOf,
  type Draft,
  type Purpose,
} from './composing.ts';
import { changePost, keepPost, tellArrival } from './post-store.ts';

const pollOf = ({ poll }: Draft) => ({
  options: answersOf(poll),
  expires_in: poll.seconds,
  multiple: poll.isMultiple,
  hide_totals: poll.hidesTotals,
});

const attributesOf = ({ media: items }: Draft) =>
  items.flatMap(({ media, description, focus }) =>
    media ? { id: media.id, description: description.trim(), focus: focusText(focus) } : [],
  );

/** What was sent need not wait any more. When that fails it stands in the list of drafts, where it can be thrown away. */
const dropKeptDraft = (id: string): Promise<unknown> => request('DELETE', `/api/drafts/${id}`).catch(() => null);

/**
 * The draft is thrown away only once the server has the post. All open pages learn of the result.
 * @throws {ApiError} with the draft left as it is.
 */
export async function sendDraft(purpose: Purpose): Promise<Status | ScheduledStatus> {
  // Words that the server does not have yet go first; an edit takes them along.
  if (purpose.kind !== 'edit') await saveDetails(mediaOf(draftFor(purpose)));
  const draft = draftFor(purpose).peek();
  const warning = draft.hasWarning ? draft.warning.trim() : '';
  const text = {
    status: draft.text,
    spoiler_text: warning,
    language: draft.language || null,
    media_ids: draft.media.flatMap(({ media }) => media?.id ?? []),
    sensitive: draft.media.length > 0 && (draft.isSensitive || warning !== ''),
  };
  if (purpose.kind === 'edit') {
    const policy = draft.quotePolicy === quotePolicyOf(purpose.status) ? undefined : draft.quotePolicy;
    const body = { ...text, media_attributes: attributesOf(draft), quote_approval_policy: policy };
    const edited = await request<Status>('PUT', `/api/v1/statuses/${purpose.status.id}`, { body });
    keepPost(edited);
    finishDraft(purpose);
    return edited;
  }
  const answered = purpose.kind === 'reply' ? purpose.to.id : null;
  const created = await request<Status | ScheduledStatus>('POST', '/api/v1/statuses', {
    body: {
      ...text,
      visibility: draft.visibility,
      in_reply_to_id: answered,
      poll: draft.hasPoll ? pollOf(draft) : null,
      quoted_status_id: quotedBy(purpose, draft)?.id ?? null,
      quote_approval_policy: draft.quotePolicy,
      scheduled_at: draft.scheduledAt ? new Date(draft.scheduledAt).toISOString() : null,
    },
    headers: { 'Idempotency-Key': draft.attempt },
  });
  finishDraft(purpose);
  if (draft.keptId) await dropKeptDraft(draft.keptId);
  if ('scheduled_at' in created) return created;
  if (answered) changePost(answered, (one) => ({ replies_count: one.replies_count + 1 }));
  tellArrival(created, 'written');
  return created;
}
