// The foot of the composer: audience, warning, files, poll, language, how much room is left, and the button that sends.
import { CalendarClock, ChartBarBig, ChevronDown, Ellipsis, FilePen, Quote, TriangleAlert } from 'lucide-preact';
import { useId } from 'preact/hooks';
import type { MediaList } from '#web/features/media/draft-media.ts';
import { t } from '#web/lib/i18n.ts';
import { Button, IconButton } from '#web/ui/Button.tsx';
import { Menu } from '#web/ui/Menu.tsx';
import { AttachButton } from './attaching.tsx';
import type { Draft, Purpose } from './composing.ts';
import { keepDraft } from './kept-drafts.ts';
import { LanguageChoice } from './LanguageChoice.tsx';
import { firstChoice } from './schedule-time.ts';
import { VISIBILITIES, visibilityHint, VisibilityIcon, visibilityName } from './visibility.tsx';
import styles from './Composer.module.css';

interface ToolsProps {
  purpose: Purpose;
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  room: { left: number; limit: number };
  sendLabel: string;
  maySend: boolean;
  isSending: boolean;
  files: MediaList;
  /** It goes out by itself when its files are there; pressing again takes that back. */
  isWaiting: boolean;
  /** The draft went to the server, to be finished another time. */
  onKept: (() => void) | undefined;
}

/** Everything under the text. */
export function ComposerTools(props: ToolsProps) {
  const { purpose, draft, change, room, sendLabel, maySend, isSending, files, isWaiting, onKept } = props;
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
      <AttachButton list={files} />
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
      <More purpose={purpose} draft={draft} change={change} onKept={onKept} />
      <LanguageChoice value={draft.language} onChoose={(language) => change({ language })} />
      <span class={styles.rest}>
        <Room {...room} />
        <Button type="submit" look={isWaiting ? 'plain' : 'filled'} disabled={!maySend} isBusy={isSending}>
          {isWaiting ? t('media.stopWaiting') : sendLabel}
        </Button>
      </span>
    </div>
  );
}

const QUOTE_POLICIES = ['public', 'followers', 'nobody'] as const;

/** What is wanted now and then: another time, a draft for later, and who may quote. */
function More({ purpose, draft, change, onKept }: Pick<ToolsProps, 'purpose' | 'draft' | 'change' | 'onKept'>) {
  const { visibility, scheduledAt, quotePolicy } = draft;
  const isNew = purpose.kind !== 'edit';
  const isQuotable = visibility === 'public' || visibility === 'unlisted';
  const keep = () => void keepDraft(purpose).then((isKept) => isKept && onKept?.());
  return (
    <Menu
      label={t('compose.more')}
      class={styles.more}
      items={[
        isNew && {
          label: scheduledAt ? t('compose.atOnce') : t('compose.chooseTime'),
          icon: <CalendarClock size={18} aria-hidden />,
          run: () => change({ scheduledAt: scheduledAt ? '' : firstChoice() }),
        },
        isNew && { label: t('compose.keepDraft'), icon: <FilePen size={18} aria-hidden />, run: keep },
        ...(isQuotable ? QUOTE_POLICIES : []).map((policy) => ({
          label: t(`compose.quotes.${policy}`),
          icon: <Quote size={18} aria-hidden />,
          isChosen: policy === quotePolicy,
          run: () => change({ quotePolicy: policy }),
        })),
      ]}
    >
      <Ellipsis size={18} aria-hidden />
    </Menu>
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
