// What a draft keeps on its way to the server and back.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Status } from '#web/lib/wire/posts.ts';
import type { KeptDraft } from '#web/lib/wire/unsent.ts';
import { composer, draftFor, finishDraft, openRedraft, type Purpose } from './composing.ts';
import { continueDraft, keepDraft } from './kept-drafts.ts';
import { toField } from './schedule-time.ts';
import { sendDraft } from './send-draft.ts';

// What sends files listens to the window.
vi.hoisted(() => vi.stubGlobal('addEventListener', () => {}));

/** All that is read of a post. */
const post = (id: string): Status =>
  ({
    id,
    account: { acct: 'bob' },
    mentions: [],
    spoiler_text: '',
    media_attachments: [],
    sensitive: false,
    visibility: 'public',
    language: 'en',
    poll: null,
    quote: null,
    quote_approval: { automatic: ['public'], manual: [], current_user: 'automatic' },
  }) as unknown as Status;
const [answered, quoted] = [post('1'), post('2')];
const purpose: Purpose = { kind: 'reply', to: answered };
const kept: KeptDraft = {
  id: '7',
  content: 'half a thought',
  visibility: 'public',
  in_reply_to: answered.id,
  content_warning: null,
  sensitive: false,
  language: 'en',
  poll: null,
  quoted: quoted.id,
  quote_policy: 'public',
  scheduled_at: '2030-05-01T10:00:00.000Z',
  media_attachments: [],
  problem: null,
  updated_at: '2029-05-01T10:00:00.000Z',
};

/** What the server was sent. */
let sent: Array<{ method: string; path: string; body: Record<string, unknown> }> = [];
beforeEach(() => {
  sent = [];
  vi.stubGlobal('location', { origin: 'https://rookery.example' });
  vi.stubGlobal('fetch', async (path: string, { method = 'GET', body }: RequestInit = {}) => {
    if (method !== 'GET') sent.push({ method, path, body: typeof body === 'string' ? JSON.parse(body) : {} });
    const shown = [answered, quoted].find(({ id }) => path.endsWith(`/statuses/${id}`));
    return Response.json(shown ?? post('3'));
  });
});
afterEach(() => {
  finishDraft(purpose);
  composer.value = null;
  vi.unstubAllGlobals();
});

test('a draft that answers one post and quotes another is gone on with as both, at its time', async () => {
  await continueDraft(kept);
  expect(composer.value).toMatchObject({ kind: 'reply', to: { id: '1' } });
  const at = toField(new Date('2030-05-01T10:00:00.000Z'));
  expect(draftFor(purpose).peek()).toMatchObject({ text: 'half a thought', quotes: { id: '2' }, scheduledAt: at });
});

test('it is kept again with all of that, and sent with it', async () => {
  await continueDraft(kept);
  await keepDraft(purpose);
  expect(sent).toMatchObject([
    { method: 'PUT', path: '/api/drafts/7', body: { in_reply_to: '1', quoted: '2', scheduled_at: kept.scheduled_at } },
  ]);
  await continueDraft(kept);
  await sendDraft(purpose);
  expect(sent[1]?.body).toMatchObject({
    in_reply_to_id: '1',
    quoted_status_id: '2',
    scheduled_at: kept.scheduled_at,
  });
});

test('a draft without a time is kept without one, and may lose the one that it had', async () => {
  await continueDraft({ ...kept, scheduled_at: null });
  await keepDraft(purpose);
  expect(sent[0]?.body).toMatchObject({ scheduled_at: '' });
});

test('an answer that quotes and is written again does both', async () => {
  const both: Status = { ...post('4'), quote: { state: 'accepted', quoted_status: quoted } };
  openRedraft(both, 'again', answered);
  expect(draftFor(purpose).peek()).toMatchObject({ text: 'again', quotes: { id: '2' } });
});
