// Where a post is written: text with what it will link, content warning, audience, language, and how much room is left.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { readiness, type MediaList } from '#web/features/media/draft-media.ts';
import { failureText } from '#web/lib/failure.ts';
import { locale, t, type MessageKey } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { countCharacters, type Fragment } from '#web/lib/post-text.ts';
import { randomWord } from '#web/lib/random-word.ts';
import { me } from '#web/lib/session.ts';
import { fullTime } from '#web/lib/time.ts';
import { tell } from '#web/lib/toasts.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import type { ScheduledStatus } from '#web/lib/wire/unsent.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Problem } from '#web/ui/Notes.tsx';
import { whenNeeded } from '#web/ui/when-needed.tsx';
import { mayGoUndescribed, useFileDrop, useWaiting } from './attaching.tsx';
import { ComposerTools } from './ComposerTools.tsx';
import { draftFor, isUnlikeFresh, mediaOf, pollProblem, type Draft, type Purpose } from './composing.ts';
import { HighlightedText } from './HighlightedText.tsx';
import { useMentionSuggestions } from './mention-suggestions.tsx';
import { PollEditor } from './PollEditor.tsx';
import { PostQuote } from './PostQuote.tsx';
import { isTooSoon } from './schedule-time.ts';
import { sendDraft } from './send-draft.ts';
import styles from './Composer.module.css';

const LABELS: Record<Purpose['kind'], { area: MessageKey; send: MessageKey; sent: MessageKey }> = {
  new: { area: 'compose.whatsUp', send: 'compose.post', sent: 'compose.posted' },
  quote: { area: 'compose.yourQuote', send: 'compose.post', sent: 'compose.posted' },
  reply: { area: 'compose.yourReply', send: 'compose.reply', sent: 'compose.replied' },
  edit: { area: 'compose.editText', send: 'compose.save', sent: 'compose.saved' },
};

const Schedule = whenNeeded(() => import('./Schedule.tsx').then((file) => file.Schedule));
const Tray = whenNeeded(() => import('#web/features/media/Tray.tsx').then((file) => file.Tray));

interface Props {
  purpose: Purpose;
  onSent?: () => void;
  /** One line until it is used. */
  isQuiet?: boolean;
  /** Takes the focus when it appears. */
  isEager?: boolean;
}

interface WritingProps {
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  label: string;
  lines: number;
  isEager: boolean;
  isOpen: boolean;
  onUse: () => void;
}

/** The fields of the composer: the warning where there is one, and the text with its suggestions. */
function Writing({ draft, change, label, lines, isEager, isOpen, onUse }: WritingProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const { text, warning, hasWarning, language } = draft;
  const takeMention = (mention: string, { start, end }: Fragment) => {
    change({ text: text.slice(0, start) + mention + text.slice(end) });
    const caret = start + mention.length;
    requestAnimationFrame(() => area.current?.setSelectionRange(caret, caret));
  };
  const suggestions = useMentionSuggestions({ area, onTake: takeMention });
  useLayoutEffect(() => {
    // Whom a reply speaks to stands there already: one writes behind it.
    if (isOpen) area.current?.setSelectionRange(text.length, text.length);
  }, [isOpen]);
  return (
    <>
      {hasWarning && (
        <input
          class={styles.warning}
          value={warning}
          aria-label={t('compose.warning')}
          placeholder={t('compose.warningHint')}
          onInput={(event) => change({ warning: event.currentTarget.value })}
        />
      )}
      <div class={styles.text}>
        <HighlightedText
          {...suggestions.attributes}
          area={area}
          value={isOpen ? text : ''}
          lines={lines}
          // The dialog gives it the focus as it opens: a moment later the first letter would be lost.
          autofocus={isEager}
          aria-label={label}
          placeholder={label}
          lang={language || undefined}
          onFocus={onUse}
          onBlur={suggestions.close}
          onInput={(event) => {
            change({ text: event.currentTarget.value });
            suggestions.look();
          }}
          onKeyDown={suggestions.onKeyDown}
        />
      </div>
      {suggestions.list}
    </>
  );
}

/** How many characters of the server's limit are left. */
function roomLeft({ text, warning, hasWarning }: Draft): { left: number; limit: number } {
  const statuses = instance.value?.configuration.statuses;
  const limit = statuses?.max_characters ?? 500;
  return {
    limit,
    left: limit - countCharacters(text, hasWarning ? warning : '', statuses?.characters_reserved_per_url),
  };
}

/**
 * Sending: busy or not, what went wrong, and what a press of the button does. A post whose files are on their way waits for
 * them; pressing once more takes that back.
 */
function useSending(purpose: Purpose, onSent: () => void) {
  const isSending = useSignal(false);
  const problem = useSignal('');
  const files = mediaOf(draftFor(purpose));
  const send = async () => {
    if (isSending.peek()) return;
    isSending.value = true;
    problem.value = '';
    try {
      const sent = await sendDraft(purpose);
      tellSent(purpose, sent);
      onSent();
    } catch (cause) {
      problem.value = failureText(cause);
    }
    isSending.value = false;
  };
  const { isWaiting, state } = useWaiting(
    files,
    () => void send(),
    (text) => (problem.value = text),
  );
  const press = async () => {
    if (isWaiting.peek()) return (isWaiting.value = false);
    problem.value = state === 'failed' ? t('media.someFailed') : '';
    if (state === 'failed' || isSending.peek() || !(await mayGoUndescribed(files))) return;
    // While one was asked, more may have happened to the files.
    if (readiness(files.items) === 'ready') return send();
    isWaiting.value = true;
  };
  return { isSending, isWaiting, problem, press, files };
}

function tellSent({ kind }: Purpose, sent: Status | ScheduledStatus): void {
  if (!('scheduled_at' in sent)) return tell(t(LABELS[kind].sent));
  const time = fullTime(sent.scheduled_at, locale.value);
  tell(t('compose.scheduled', { time }));
}

/** Whether there is something to send, within its limits. */
function isSendable({ text, media, hasPoll, poll, scheduledAt }: Draft, left: number): boolean {
  if (scheduledAt !== '' && isTooSoon(scheduledAt)) return false;
  return (text.trim() !== '' || media.length > 0) && left >= 0 && !(hasPoll && pollProblem(poll));
}

/** The form for a new post, a reply, or a new version of a post. */
export function Composer({ purpose, onSent, isQuiet = false, isEager = false }: Props) {
  const draft = draftFor(purpose);
  const isUsed = useSignal(false);
  const labels = LABELS[purpose.kind];
  const { isSending, isWaiting, problem, press, files } = useSending(purpose, () => {
    isUsed.value = false;
    onSent?.();
  });
  const drop = useFileDrop(files);
  const change = (changes: Partial<Draft>) => (draft.value = { ...draft.peek(), ...changes, attempt: randomWord() });
  const room = roomLeft(draft.value);
  const maySend = isSendable(draft.value, room.left);
  const submit = (event: Event) => {
    event.preventDefault();
    if (maySend) void press();
  };
  const isOpen = !isQuiet || isUsed.value || isUnlikeFresh(draft.value, purpose);
  return (
    <form
      {...drop.attributes}
      class={`${styles.composer} ${drop.isOver.value ? styles.dropping : ''}`}
      aria-label={t(labels.area)}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
      }}
    >
      {me.value && <Avatar account={me.value} class={styles.face} />}
      <div class={styles.main}>
        <Writing
          draft={draft.value}
          change={change}
          label={t(labels.area)}
          lines={isOpen ? (isQuiet ? 2 : 4) : 1}
          isEager={isEager}
          isOpen={isOpen}
          onUse={() => (isUsed.value = true)}
        />
        <Beside draft={draft.value} change={change} files={files} isOpen={isOpen} />
        <Problem text={problem.value && `${problem.value} ${t('compose.kept')}`} />
        {isWaiting.value && (
          <p class={styles.waits} role="status">
            {t('media.postWaits')}
          </p>
        )}
        {isOpen && (
          <ComposerTools
            purpose={purpose}
            draft={draft.value}
            change={change}
            room={room}
            sendLabel={t(draft.value.scheduledAt ? 'compose.schedule' : labels.send)}
            onKept={onSent}
            maySend={maySend}
            isSending={isSending.value}
            files={files}
            isWaiting={isWaiting.value}
          />
        )}
      </div>
    </form>
  );
}

interface BesideProps {
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  files: MediaList;
  isOpen: boolean;
}

/** What a post has beside its text. */
function Beside({ draft, change, files, isOpen }: BesideProps) {
  if (!isOpen) return null;
  return (
    <>
      {files.items.length > 0 && (
        <Tray
          list={files}
          isSensitive={draft.isSensitive}
          onSensitive={(isSensitive) => change({ isSensitive })}
          hasWarning={draft.hasWarning}
        />
      )}
      {draft.hasPoll && (
        <PollEditor poll={draft.poll} change={(poll) => change({ poll: { ...draft.poll, ...poll } })} />
      )}
      {draft.quotes && <PostQuote quote={{ state: 'accepted', quoted_status: draft.quotes }} />}
      {draft.scheduledAt && (
        <Schedule
          value={draft.scheduledAt}
          onChange={(scheduledAt) => change({ scheduledAt })}
          onAtOnce={() => change({ scheduledAt: '' })}
        />
      )}
    </>
  );
}
