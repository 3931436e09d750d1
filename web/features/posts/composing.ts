// Which composer is open, and what is being written: drafts outlive the page, so nothing typed is lost.
import { effect, signal, type Signal } from '@preact/signals';
import { asDraftMedia, revive, type DraftMedia, type MediaList } from '#web/features/media/draft-media.ts';
import { forgetUpload, throwAway } from '#web/features/media/uploads.ts';
import { get } from '#web/lib/api.ts';
import { randomWord } from '#web/lib/random-word.ts';
import { me } from '#web/lib/session.ts';
import { readStored, store } from '#web/lib/storage.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import type { QuotePolicy, Visibility } from '#web/lib/wire/audience.ts';
import type { Poll, Status, StatusSource } from '#web/lib/wire/posts.ts';
import { narrower } from './visibility.tsx';

export type Purpose =
  | { kind: 'new' }
  | { kind: 'reply'; to: Status }
  | { kind: 'quote'; of: Status }
  | { kind: 'edit'; status: Status; source: StatusSource };

export interface PollDraft {
  /** What stands in the fields; empty ones are not sent. */
  options: string[];
  isMultiple: boolean;
  hidesTotals: boolean;
  /** How long it is open. */
  seconds: number;
}

export interface Draft {
  text: string;
  warning: string;
  hasWarning: boolean;
  hasPoll: boolean;
  /** Kept while the poll is switched off, so that switching it on brings it back. */
  poll: PollDraft;
  media: DraftMedia[];
  /** Whether its pictures wait behind a cover. */
  isSensitive: boolean;
  visibility: Visibility;
  /** A language code; empty leaves it to the server. */
  language: string;
  /** Who may quote it. */
  quotePolicy: QuotePolicy;
  /** When it shall go out, as the field for times writes it: local, without a zone. Empty: at once. */
  scheduledAt: string;
  /** What an answer quotes besides; a quote is about its post already. */
  quotes?: Status | undefined;
  /** The draft on the server that this goes on with; it is thrown away when this is sent. */
  keptId?: string | undefined;
  /** Sent with the post, so that trying again never posts twice. Changes with the text. */
  attempt: string;
}

/** The composer in the dialog; null while it is closed. */
export const composer = signal<Purpose | null>(null);

/** Opens the dialog; whatever was kept for this purpose is in it. */
export function openComposer(purpose: Purpose = { kind: 'new' }): void {
  composer.value = purpose;
}

/** Fetches what was written, then opens it for editing. */
export async function openEditor(status: Status): Promise<void> {
  try {
    const source = await get<StatusSource>(`/api/v1/statuses/${status.id}/source`);
    openComposer({ kind: 'edit', status, source });
  } catch (cause) {
    tellFailure(cause);
  }
}

/** The text that a reply begins with: everyone in the conversation but oneself. */
export function replyOpening(to: Pick<Status, 'account' | 'mentions'>, myAcct: string | undefined): string {
  const people = new Set([to.account.acct, ...to.mentions.map(({ acct }) => acct)]);
  if (myAcct) people.delete(myAcct);
  return [...people].map((acct) => `@${acct} `).join('');
}

const DAY_SECONDS = 24 * 60 * 60;

/** A draft nobody has written in yet. */
export function freshDraft(purpose: Purpose): Draft {
  const { source, acct } = me.peek() ?? {};
  const usual = source?.privacy ?? 'public';
  const draft: Draft = {
    text: '',
    warning: '',
    hasWarning: false,
    hasPoll: false,
    poll: { options: ['', ''], isMultiple: false, hidesTotals: false, seconds: DAY_SECONDS },
    media: [],
    isSensitive: source?.sensitive ?? false,
    visibility: usual,
    language: source?.language || navigator.language.slice(0, 2),
    quotePolicy: source?.quote_policy ?? 'public',
    scheduledAt: '',
    attempt: randomWord(),
  };
  if (purpose.kind === 'new') return draft;
  if (purpose.kind === 'quote') {
    // A quote of what is for followers reaches no further.
    return { ...draft, visibility: narrower(usual, purpose.of.visibility === 'private' ? 'private' : 'public') };
  }
  const other = purpose.kind === 'reply' ? purpose.to : purpose.status;
  const warning = { warning: other.spoiler_text, hasWarning: other.spoiler_text !== '' };
  if (purpose.kind === 'edit') {
    const { text, spoiler_text } = purpose.source;
    const { visibility, language } = other;
    return {
      ...draft,
      text,
      warning: spoiler_text,
      hasWarning: spoiler_text !== '',
      media: other.media_attachments.map(asDraftMedia),
      isSensitive: other.sensitive,
      visibility,
      language: language ?? '',
      quotePolicy: quotePolicyOf(other),
    };
  }
  return { ...draft, ...warning, visibility: narrower(usual, other.visibility), text: replyOpening(other, acct) };
}

const QUOTE_POLICIES: readonly QuotePolicy[] = ['public', 'followers'];

/** Who may quote a post, as its author chose. */
export const quotePolicyOf = ({ quote_approval: approval }: Status): QuotePolicy =>
  QUOTE_POLICIES.find((policy) => approval?.automatic.includes(policy)) ?? 'nobody';

const drafts = new Map<string, Signal<Draft>>();
const KEPT = 'drafts';
const MOST_KEPT = 20;

/** The post that is answered, quoted or edited; null for a new one. */
function aboutOf(purpose: Purpose): Status | null {
  if (purpose.kind === 'new') return null;
  if (purpose.kind === 'edit') return purpose.status;
  return purpose.kind === 'reply' ? purpose.to : purpose.of;
}

const keyOf = (purpose: Purpose): string => {
  return [me.peek()?.id, purpose.kind, aboutOf(purpose)?.id].join(' ');
};

function readAll(): Record<string, Draft> {
  try {
    // Only this file writes under the key.
    return JSON.parse(readStored(KEPT) ?? '{}') as Record<string, Draft>;
  } catch {
    return {};
  }
}

function keep(key: string, draft: Draft | null): void {
  const { [key]: _, ...others } = readAll();
  const entries = Object.entries(others).slice(1 - MOST_KEPT);
  if (draft) entries.push([key, draft]);
  store(KEPT, entries.length ? JSON.stringify(Object.fromEntries(entries)) : null);
}

/** Whether something was written that is worth keeping. */
export function isUnlikeFresh(draft: Draft, purpose: Purpose): boolean {
  const { text, warning, hasWarning, hasPoll, poll, media, scheduledAt, keptId } = draft;
  const fresh = freshDraft(purpose);
  if (
    hasPoll ||
    scheduledAt !== '' ||
    keptId !== undefined ||
    draft.quotes ||
    poll.options.some((option) => option !== '')
  )
    return true;
  const asWritten = (items: DraftMedia[]) =>
    JSON.stringify(items.map(({ key, description, focus }) => [key, description, focus]));
  if (asWritten(media) !== asWritten(fresh.media)) return true;
  return text !== fresh.text || warning !== fresh.warning || hasWarning !== fresh.hasWarning;
}

/** The draft for a purpose, shared by all composers that show it and kept in the browser while it differs from a fresh one. */
export function draftFor(purpose: Purpose): Signal<Draft> {
  const key = keyOf(purpose);
  const known = drafts.get(key);
  if (known) return known;
  const draft = signal<Draft>({ ...freshDraft(purpose), ...readAll()[key] });
  drafts.set(key, draft);
  revive(mediaOf(draft));
  effect(() => keep(key, isUnlikeFresh(draft.value, purpose) ? draft.value : null));
  return draft;
}

/** The post that this will quote. */
export const quotedBy = (purpose: Purpose, { quotes }: Draft): Status | null =>
  purpose.kind === 'quote' ? purpose.of : (quotes ?? null);

/** Whether something is being written that another draft would replace. */
export const isDraftTouched = (purpose: Purpose): boolean => isUnlikeFresh(draftFor(purpose).peek(), purpose);

/** As what a post is written again: as an answer, as a quote, or as a post of its own. */
export function redraftPurpose({ quote }: Pick<Status, 'quote'>, answered: Status | null): Purpose {
  if (answered) return { kind: 'reply', to: answered };
  return quote?.quoted_status ? { kind: 'quote', of: quote.quoted_status } : { kind: 'new' };
}

/** Puts what a deleted post said and showed into a new draft, and opens it. */
export function openRedraft(status: Status, text: string, answered: Status | null): void {
  const purpose = redraftPurpose(status, answered);
  const { poll } = status;
  draftFor(purpose).value = {
    ...freshDraft(purpose),
    text,
    warning: status.spoiler_text,
    hasWarning: status.spoiler_text !== '',
    media: status.media_attachments.map((media) => ({ ...asDraftMedia(media), key: randomWord() })),
    isSensitive: status.sensitive,
    visibility: status.visibility,
    language: status.language ?? '',
    quotePolicy: quotePolicyOf(status),
    quotes: (answered && status.quote?.quoted_status) ?? undefined,
    ...(poll ? { hasPoll: true, poll: redraftedPoll(poll) } : {}),
  };
  openComposer(purpose);
}

const redraftedPoll = ({ options, multiple }: Poll): PollDraft => ({
  options: options.map(({ title }) => title),
  isMultiple: multiple,
  hidesTotals: false,
  seconds: DAY_SECONDS,
});

/** The files of a draft, as the tiles and dialogs change them. */
export const mediaOf = (draft: Signal<Draft>): MediaList => ({
  get items() {
    return draft.value.media;
  },
  change: (change) => {
    const { media, ...rest } = draft.peek();
    draft.value = { ...rest, media: change(media), attempt: randomWord() };
  },
});

/** Starts afresh after the post is sent. */
export function finishDraft(purpose: Purpose): void {
  const draft = drafts.get(keyOf(purpose));
  if (!draft) return;
  for (const { key } of draft.peek().media) forgetUpload(key);
  draft.value = freshDraft(purpose);
}

/** Starts afresh when the person throws it away, and what was uploaded for it too. */
export function discardDraft(purpose: Purpose): void {
  const draft = drafts.get(keyOf(purpose))?.peek();
  // A draft that the server keeps goes on holding its files.
  for (const { key, media } of draft?.keptId === undefined ? (draft?.media ?? []) : []) {
    // What stands in the post that is edited stays there.
    if (key !== media?.id) throwAway(key, media);
  }
  finishDraft(purpose);
}

/** The answers that will be asked: without spaces around them and without the empty ones. */
export const answersOf = ({ options }: PollDraft): string[] =>
  options.map((option) => option.trim()).filter((option) => option !== '');

/** What keeps a poll from being sent; null when it is ready. */
export function pollProblem(poll: PollDraft): 'few' | 'alike' | null {
  const answers = answersOf(poll);
  if (new Set(answers).size < answers.length) return 'alike';
  return answers.length < 2 ? 'few' : null;
}
