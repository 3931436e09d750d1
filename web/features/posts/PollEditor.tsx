// The poll of a post that is being written: its answers, how one chooses, and how long it is open.
import { Plus, X } from 'lucide-preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { locale, t } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { lengthInWords } from '#web/lib/time.ts';
import { Button, IconButton } from '#web/ui/Button.tsx';
import { answersOf, pollProblem, type PollDraft } from './composing.ts';
import styles from './PollEditor.module.css';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LENGTHS = [5 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];
const USUAL = { max_options: 4, max_characters_per_option: 50, min_expiration: 5 * MINUTE, max_expiration: 30 * DAY };

const limits = () => instance.value?.configuration.polls ?? USUAL;

interface Props {
  poll: PollDraft;
  change: (changes: Partial<PollDraft>) => void;
}

/** The fields of the answers; Enter goes to the next one, and to a new one after the last. */
function Answers({ poll, change }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const wanted = useRef<number | null>(null);
  const { options } = poll;
  const { max_options: most, max_characters_per_option: longest } = limits();
  const focus = (place: number) => list.current?.querySelectorAll('input').item(place)?.focus();
  useLayoutEffect(() => {
    // As soon as the field is there: a moment later the first letter would be lost.
    if (wanted.current !== null) focus(wanted.current);
    wanted.current = null;
  }, [options.length]);
  const add = () => {
    wanted.current = options.length;
    change({ options: [...options, ''] });
  };
  const remove = (place: number) => {
    wanted.current = Math.max(0, place - 1);
    change({ options: options.filter((_, at) => at !== place) });
  };
  const onKeyDown = (event: KeyboardEvent, place: number) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    if (place + 1 < options.length) focus(place + 1);
    else if (options.length < most && options[place]?.trim()) add();
  };
  return (
    <>
      <ol class={styles.answers} ref={list}>
        {options.map((option, place) => (
          <li key={place} class={styles.answer}>
            <input
              class={styles.field}
              value={option}
              maxLength={longest}
              aria-label={t('compose.answer', { number: place + 1 })}
              placeholder={t('compose.answer', { number: place + 1 })}
              onKeyDown={(event) => onKeyDown(event, place)}
              onInput={({ currentTarget: { value } }) =>
                change({ options: options.map((one, at) => (at === place ? value : one)) })
              }
            />
            {options.length > 2 && (
              <IconButton label={t('compose.removeAnswer', { number: place + 1 })} onClick={() => remove(place)}>
                <X size={16} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ol>
      {options.length < most && (
        <Button size="small" look="quiet" onClick={add}>
          <Plus size={16} aria-hidden />
          {t('compose.addAnswer')}
        </Button>
      )}
    </>
  );
}

function Length({ poll, change }: Props) {
  const { min_expiration: least, max_expiration: most } = limits();
  const fitting = LENGTHS.filter((seconds) => seconds >= least && seconds <= most);
  const lengths = fitting.includes(poll.seconds) ? fitting : [...fitting, poll.seconds];
  return (
    <label class={styles.length}>
      {t('compose.pollLength')}
      <select value={poll.seconds} onChange={(event) => change({ seconds: Number(event.currentTarget.value) })}>
        {lengths.map((seconds) => (
          <option key={seconds} value={seconds}>
            {lengthInWords(seconds * 1000, locale.value)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The part of the composer under the text while the post has a poll. */
export function PollEditor({ poll, change }: Props) {
  const problem = pollProblem(poll);
  const isWritten = answersOf(poll).length > 0;
  return (
    <fieldset class={styles.editor}>
      <legend class="only-read">{t('compose.poll')}</legend>
      <Answers poll={poll} change={change} />
      <label class={styles.choice}>
        <input
          type="checkbox"
          checked={poll.isMultiple}
          onChange={(event) => change({ isMultiple: event.currentTarget.checked })}
        />
        {t('compose.pollSeveral')}
      </label>
      <label class={styles.choice}>
        <input
          type="checkbox"
          checked={poll.hidesTotals}
          onChange={(event) => change({ hidesTotals: event.currentTarget.checked })}
        />
        {t('compose.pollHidden')}
      </label>
      <Length poll={poll} change={change} />
      <p class={styles.problem} role="status">
        {isWritten && problem === 'few' && t('compose.pollFew')}
        {problem === 'alike' && t('compose.pollAlike')}
      </p>
    </fieldset>
  );
}
