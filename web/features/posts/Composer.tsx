// Where a post is written: text with what it will link, content warning, audience, language, and how much room is left.
import { useSignal } from '@preact/signals';
import { ChevronDown, TriangleAlert } from 'lucide-preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { failureText } from '#web/lib/failure.ts';
import { t, type MessageKey } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { countCharacters, type Fragment } from '#web/lib/post-text.ts';
import { me } from '#web/lib/session.ts';
import { tell } from '#web/lib/toasts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Button, IconButton } from '#web/ui/Button.tsx';
import { Menu } from '#web/ui/Menu.tsx';
import { draftFor, isUnlikeFresh, newAttempt, type Draft, type Purpose } from './composing.ts';
import { HighlightedText } from './HighlightedText.tsx';
import { LanguageChoice } from './LanguageChoice.tsx';
import { useMentionSuggestions } from './mention-suggestions.tsx';
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

export function Composer({ purpose, onSent, isQuiet = false, isEager = false }: Props) {
  const draft = draftFor(purpose);
  const { text, warning, hasWarning } = draft.value;
  const area = useRef<HTMLTextAreaElement>(null);
  const isUsed = useSignal(false);
  const isSending = useSignal(false);
  const problem = useSignal('');
  const labels = LABELS[purpose.kind];

  const change = (changes: Partial<Draft>) => (draft.value = { ...draft.peek(), ...changes, attempt: newAttempt() });
  const takeMention = (mention: string, { start, end }: Fragment) => {
    const { text: before } = draft.peek();
    change({ text: before.slice(0, start) + mention + before.slice(end) });
    requestAnimationFrame(() => area.current?.setSelectionRange(start + mention.length, start + mention.length));
  };
  const suggestions = useMentionSuggestions({ area, onTake: takeMention });

  useEffect(() => {
    if (!isEager || !area.current) return;
    area.current.focus();
    area.current.setSelectionRange(text.length, text.length);
  }, []);

  const statuses = instance.value?.configuration.statuses;
  const limit = statuses?.max_characters ?? 500;
  const left = limit - countCharacters(text, hasWarning ? warning : '', statuses?.characters_reserved_per_url);
  const maySend = text.trim() !== '' && left >= 0;

  const send = async () => {
    if (!maySend || isSending.peek()) return;
    isSending.value = true;
    problem.value = '';
    try {
      await sendDraft(purpose);
      isUsed.value = false;
      tell(t(labels.sent));
      onSent?.();
    } catch (cause) {
      problem.value = failureText(cause);
    }
    isSending.value = false;
  };
  const isOpen = !isQuiet || isUsed.value || isUnlikeFresh(draft.value, purpose);
  return (
    <form
      class={styles.composer}
      aria-label={t(labels.area)}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void send();
      }}
    >
      {me.value && <Avatar account={me.value} class={styles.face} />}
      <div class={styles.main}>
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
            value={text}
            lines={isOpen ? (isQuiet ? 2 : 4) : 1}
            aria-label={t(labels.area)}
            placeholder={t(labels.area)}
            lang={draft.value.language || undefined}
            onFocus={() => (isUsed.value = true)}
            onBlur={suggestions.close}
            onInput={(event) => {
              change({ text: event.currentTarget.value });
              suggestions.look();
            }}
            onKeyDown={(event) => void suggestions.onKey(event)}
          />
          {suggestions.list}
        </div>
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
            left={left}
            limit={limit}
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
  left: number;
  limit: number;
  sendLabel: string;
  maySend: boolean;
  isSending: boolean;
}

function Tools({ purpose, draft, change, left, limit, sendLabel, maySend, isSending }: ToolsProps) {
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
      <LanguageChoice value={draft.language} onChoose={(language) => change({ language })} />
      <span class={styles.rest}>
        <Room left={left} limit={limit} />
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
