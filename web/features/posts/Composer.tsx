// Where a post is written: text with what it will link, content warning, audience, language, and how much room is left.
import { useSignal } from '@preact/signals';
import { ChartBarBig, ChevronDown, TriangleAlert } from 'lucide-preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { failureText } from '#web/lib/failure.ts';
import { t, type MessageKey } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { countCharacters, type Fragment } from '#web/lib/post-text.ts';
import { me } from '#web/lib/session.ts';
import { tell } from '#web/lib/toasts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Button, IconButton } from '#web/ui/Button.tsx';
import { Menu } from '#web/ui/Menu.tsx';
import { draftFor, isUnlikeFresh, newAttempt, pollProblem, type Draft, type Purpose } from './composing.ts';
import { HighlightedText } from './HighlightedText.tsx';
import { LanguageChoice } from './LanguageChoice.tsx';
import { useMentionSuggestions } from './mention-suggestions.tsx';
import { PollEditor } from './PollEditor.tsx';
import { sendDraft } from './send-draft.ts';
import { VISIBILITIES, visibilityHint, VisibilityIcon, visibilityName } from './visibility.tsx';
import styles from './Composer.module.css';

const LABELS: Record<Purpose['kind'], { area: MessageKey; send: MessageKey; sent: MessageKey }> = {
  new: { area: 'compose.whatsUp', send: 'compose.post', sent: 'compose.posted' },
  reply: { area: 'compose.yourReply', send: 'compose.reply', sent: 'compose.replied' },
  edit: { area: 'compose.editText', send: 'compose.save', sent: 'compose.saved' },
};

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

/** Sending: busy or not, what went wrong, and the function that does it unless it is being done. */
function useSending(purpose: Purpose, onSent: () => void) {
  const isSending = useSignal(false);
  const problem = useSignal('');
  const send = async () => {
    if (isSending.peek()) return;
    isSending.value = true;
    problem.value = '';
    try {
      await sendDraft(purpose);
      tell(t(LABELS[purpose.kind].sent));
      onSent();
    } catch (cause) {
      problem.value = failureText(cause);
    }
    isSending.value = false;
  };
  return { isSending, problem, send };
}

/** The form for a new post, a reply, or a new version of a post. */
export function Composer({ purpose, onSent, isQuiet = false, isEager = false }: Props) {
  const draft = draftFor(purpose);
  const isUsed = useSignal(false);
  const labels = LABELS[purpose.kind];
  const { isSending, problem, send } = useSending(purpose, () => {
    isUsed.value = false;
    onSent?.();
  });
  const change = (changes: Partial<Draft>) => (draft.value = { ...draft.peek(), ...changes, attempt: newAttempt() });
  const room = roomLeft(draft.value);
  const maySend =
    draft.value.text.trim() !== '' && room.left >= 0 && !(draft.value.hasPoll && pollProblem(draft.value.poll));
  const submit = (event: Event) => {
    event.preventDefault();
    if (maySend) void send();
  };
  const isOpen = !isQuiet || isUsed.value || isUnlikeFresh(draft.value, purpose);
  return (
    <form
      class={styles.composer}
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
        {isOpen && draft.value.hasPoll && (
          <PollEditor poll={draft.value.poll} change={(poll) => change({ poll: { ...draft.peek().poll, ...poll } })} />
        )}
        {problem.value && (
          <p class={styles.problem} role="alert">
            {problem.value} {t('compose.kept')}
          </p>
        )}
        {isOpen && (
          <Tools
            purpose={purpose}
            draft={draft.value}
            change={change}
            room={room}
            sendLabel={t(labels.send)}
            maySend={maySend}
            isSending={isSending.value}
          />
        )}
      </div>
    </form>
  );
}

interface ToolsProps {
  purpose: Purpose;
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  room: { left: number; limit: number };
  sendLabel: string;
  maySend: boolean;
  isSending: boolean;
}

function Tools({ purpose, draft, change, room, sendLabel, maySend, isSending }: ToolsProps) {
  const { visibility, hasWarning } = draft;
  return (
    <div class={styles.tools}>
      <Menu
        label={t('compose.audience', { name: visibilityName(visibility) })}
        class={styles.audience}
        isDisabled={purpose.kind === 'edit'}
        items={VISIBILITIES.map((one) => ({
          label: visibilityName(one),
          hint: visibilityHint(one),
          icon: <VisibilityIcon visibility={one} size={18} />,
          isChosen: one === visibility,
          run: () => change({ visibility: one }),
        }))}
      >
        <VisibilityIcon visibility={visibility} size={16} />
        <span class={styles.audienceName}>{visibilityName(visibility)}</span>
        <ChevronDown size={14} aria-hidden />
      </Menu>
      <IconButton
        label={t('compose.addWarning')}
        aria-pressed={hasWarning}
        onClick={() => change({ hasWarning: !hasWarning })}
      >
        <TriangleAlert size={18} aria-hidden />
      </IconButton>
      {purpose.kind !== 'edit' && (
        <IconButton
          label={t('compose.addPoll')}
          aria-pressed={draft.hasPoll}
          onClick={() => change({ hasPoll: !draft.hasPoll })}
        >
          <ChartBarBig size={18} aria-hidden />
        </IconButton>
      )}
      <LanguageChoice value={draft.language} onChoose={(language) => change({ language })} />
      <span class={styles.rest}>
        <Room {...room} />
        <Button type="submit" look="filled" disabled={!maySend} isBusy={isSending}>
          {sendLabel}
        </Button>
      </span>
    </div>
  );
}

/** How many characters are left: a ring that fills, the number when it matters. */
function Room({ left, limit }: { left: number; limit: number }) {
  const id = useId();
  const share = Math.min(1, Math.max(0, 1 - left / limit));
  const isTight = left <= Math.max(50, limit / 10);
  return (
    <span class={`${styles.room} ${left < 0 ? styles.over : ''}`} title={t('compose.left', { count: left })}>
      <span class={isTight ? styles.number : 'only-read'} id={id} role={isTight ? 'status' : undefined}>
        {isTight && <span aria-hidden>{left}</span>}
        <span class="only-read">{t('compose.left', { count: left })}</span>
      </span>
      <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden>
        <circle cx="12" cy="12" r="9.5" pathLength="100" class={styles.track} />
        <circle cx="12" cy="12" r="9.5" pathLength="100" class={styles.used} stroke-dasharray={`${share * 100} 100`} />
      </svg>
    </span>
  );
}
