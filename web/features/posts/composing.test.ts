// What a deleted post leaves in the draft that takes its place.
import { expect, test, vi } from 'vitest';
import type { Status } from '#web/lib/wire/posts.ts';
import { draftFor, isDraftTouched, openRedraft, redraftPurpose } from './composing.ts';

// What sends files listens to the window.
vi.hoisted(() => vi.stubGlobal('addEventListener', () => {}));

/** All that a redraft reads of a post. */
const status = {
  id: '1',
  spoiler_text: '',
  media_attachments: [],
  sensitive: false,
  visibility: 'public',
  language: 'en',
  poll: null,
  quote_approval: { automatic: [], manual: [], current_user: 'automatic' },
} as unknown as Status;

test('a post that is written again may be quoted by the same people as before', () => {
  openRedraft(status, 'Keep this here', null);
  expect(draftFor({ kind: 'new' }).peek()).toMatchObject({ text: 'Keep this here', quotePolicy: 'nobody' });
  const quotable = { automatic: ['followers'], manual: [], current_user: 'automatic' as const };
  openRedraft({ ...status, quote_approval: quotable }, 'And this', null);
  expect(draftFor({ kind: 'new' }).peek().quotePolicy).toBe('followers');
});

test('a quote that is written again would replace what is being written about the same post, and nothing else', () => {
  const quoted = { ...status, id: '2' };
  const quoting = { ...status, id: '3', quote: { state: 'accepted', quoted_status: quoted } };
  expect(isDraftTouched(redraftPurpose(quoting, null))).toBe(false);
  const draft = draftFor({ kind: 'quote', of: quoted });
  draft.value = { ...draft.peek(), text: 'half a thought' };
  expect(isDraftTouched(redraftPurpose(quoting, null))).toBe(true);
});
