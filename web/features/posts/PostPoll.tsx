// The poll of a post: answers to choose from, then how the others chose. It follows live counts and its own end.
import { useSignal } from '@preact/signals';
import { CircleCheck } from 'lucide-preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { requireSignIn } from '#web/features/auth/sign-in-prompt.ts';
import { locale, t } from '#web/lib/i18n.ts';
import { lengthInWords, now } from '#web/lib/time.ts';
import { announce } from '#web/lib/toasts.ts';
import type { Poll, Status } from '#web/lib/wire/posts.ts';
import { Button } from '#web/ui/Button.tsx';
import { EmojiText } from '#web/ui/Html.tsx';
import { isOver, refreshPoll, shareOf, vote } from './polls.ts';
import styles from './PostPoll.module.css';

const MINUTE = 60_000;

interface Props {
  status: Status;
  poll: Poll;
}

/** How many voted, and how long it is open yet. */
function Facts({ poll, isHidden }: { poll: Poll; isHidden: boolean }) {
  // Up to the next minute, so that a poll of three days begins with three.
  const left = poll.expires_at ? Math.ceil((Date.parse(poll.expires_at) - now.value) / MINUTE) * MINUTE : null;
  const facts = [
    poll.voters_count === null
      ? t('poll.votes', { count: poll.votes_count })
      : t('poll.voters', { count: poll.voters_count }),
    isOver(poll, now.value)
      ? t('poll.ended')
      : left !== null && t('poll.left', { time: lengthInWords(left, locale.value) }),
    isHidden && t('poll.resultsLater'),
  ].filter(Boolean);
  return <p class={styles.facts}>{facts.join(' · ')}</p>;
}

function Results({ status, poll }: Props) {
  const most = Math.max(...poll.options.map(({ votes_count: votes }) => votes ?? 0));
  return (
    <ul class={styles.results} aria-label={t('poll.results')} dir="auto" lang={status.language ?? undefined}>
      {poll.options.map(({ title, votes_count: votes }, place) => {
        const share = shareOf(poll, votes);
        return (
          <li key={place} class={`${styles.result} ${votes && votes === most ? styles.leading : ''}`}>
            <span class={styles.line}>
              {share !== null && <span class={styles.share}>{share}%</span>}
              <span class={styles.title}>
                <EmojiText text={title} emojis={poll.emojis} />
              </span>
              {poll.own_votes?.includes(place) && (
                <span class={styles.own} title={t('poll.yourVote')}>
                  <CircleCheck size={16} aria-hidden />
                  <span class="only-read">{t('poll.yourVote')}</span>
                </span>
              )}
              {votes !== null && (
                <span class={styles.count} lang={locale.value}>
                  {t('poll.optionVotes', { count: votes })}
                </span>
              )}
            </span>
            <span class={styles.track} aria-hidden>
              <span class={styles.bar} style={{ width: `${share ?? 0}%` }} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

interface AnswersProps extends Props {
  chosen: readonly number[];
  onChoose: (chosen: number[]) => void;
}

/** Radio buttons where one may be chosen, else checkboxes. */
function Answers({ status, poll, chosen, onChoose }: AnswersProps) {
  const name = useId();
  const choose = (place: number, isChosen: boolean) => {
    if (!poll.multiple) return onChoose([place]);
    onChoose(isChosen ? [...chosen, place] : chosen.filter((one) => one !== place));
  };
  return (
    <fieldset class={styles.answers}>
      <legend class="only-read">{poll.multiple ? t('poll.chooseSeveral') : t('poll.chooseOne')}</legend>
      {poll.options.map(({ title }, place) => (
        <label key={place} class={styles.answer}>
          <input
            type={poll.multiple ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(place)}
            onChange={(event) => choose(place, event.currentTarget.checked)}
          />
          <span class={styles.title} dir="auto" lang={status.language ?? undefined}>
            <EmojiText text={title} emojis={poll.emojis} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Looks again when the poll ends while somebody reads. */
function useEnd({ status, poll }: Props): void {
  const isLate = !poll.expired && isOver(poll, now.value);
  useEffect(() => {
    if (isLate) void refreshPoll(status.id, poll.id);
  }, [isLate]);
}

/** The poll in whatever state it is in for this reader. */
export function PostPoll({ status, poll }: Props) {
  const chosen = useSignal<number[]>([]);
  const isBusy = useSignal(false);
  const isPeeking = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  useEnd({ status, poll });
  const isOpen = !isOver(poll, now.value);
  const mayVote = isOpen && !poll.voted;
  const isHidden = isOpen && poll.options.every(({ votes_count: votes }) => votes === null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.peek() || !chosen.peek().length || !requireSignIn()) return;
    isBusy.value = true;
    const isCounted = await vote(status.id, poll.id, chosen.peek());
    isBusy.value = false;
    if (!isCounted) return;
    announce(t('poll.voted'));
    // The button that had the focus is gone: the results take it.
    box.current?.focus({ preventScroll: true });
  };
  return (
    <div ref={box} class={styles.poll} role="group" aria-label={t('poll.label')} tabIndex={-1}>
      {mayVote && !isPeeking.value ? (
        <form onSubmit={(event) => void submit(event)}>
          <Answers status={status} poll={poll} chosen={chosen.value} onChoose={(places) => (chosen.value = places)} />
          <div class={styles.acts}>
            <Button type="submit" size="small" look="filled" disabled={!chosen.value.length} isBusy={isBusy.value}>
              {t('poll.vote')}
            </Button>
            {!isHidden && (
              <Button size="small" look="quiet" onClick={() => (isPeeking.value = true)}>
                {t('poll.showResults')}
              </Button>
            )}
          </div>
        </form>
      ) : (
        <>
          <Results status={status} poll={poll} />
          {mayVote && (
            <Button size="small" look="quiet" onClick={() => (isPeeking.value = false)}>
              {t('poll.backToVote')}
            </Button>
          )}
        </>
      )}
      <Facts poll={poll} isHidden={isHidden} />
    </div>
  );
}
