// The button under a post that offers emoji to react with: a short list, and the custom ones of this server.
import { useSignal } from '@preact/signals';
import { SmilePlus } from 'lucide-preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { placeBeside } from '#web/ui/Menu.tsx';
import { COMMON, customEmojis, loadCustomEmojis, toggleReaction, type Choice } from './reactions.ts';
import { Emoji } from './Reactions.tsx';
import styles from './Reactions.module.css';

const COLUMNS = 8;
/** With more custom emoji than this there is a field to search in. */
const FEW = 24;
/** More are found by searching: thousands of pictures would be fetched otherwise. */
const MOST_SHOWN = 200;

/** Arrow keys move through the grid, Home and End to its ends. */
function move(picker: HTMLElement, event: KeyboardEvent): void {
  const choices = [...picker.querySelectorAll<HTMLElement>('[data-choice]')];
  const at = choices.findIndex((one) => one === document.activeElement);
  if (at === -1 && event.key !== 'ArrowDown') return;
  const steps: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at === -1 ? 0 : at + COLUMNS,
    ArrowUp: at - COLUMNS,
    Home: 0,
    End: choices.length - 1,
  };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  choices[Math.min(choices.length - 1, Math.max(0, step))]?.focus();
}

/** The button with its picker. */
export function ReactionPicker({ status, size, class: look }: { status: Status; size: number; class: string }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const picker = useRef<HTMLDivElement>(null);
  const isOpen = useSignal(false);
  useLayoutEffect(() => {
    if (!isOpen.value || !picker.current || !button.current) return;
    placeBeside(picker.current, button.current);
    picker.current.querySelector<HTMLElement>('[data-choice]')?.focus();
  }, [isOpen.value]);
  const choose = (choice: Choice) => {
    picker.current?.hidePopover();
    void toggleReaction(status, choice);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={look}
        aria-label={t('reactions.add')}
        title={t('reactions.add')}
        aria-haspopup="dialog"
        aria-expanded={isOpen.value}
        popoverTarget={id}
      >
        <SmilePlus size={size} aria-hidden />
      </button>
      <div
        ref={picker}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={t('reactions.add')}
        class={styles.picker}
        onToggle={(event) => {
          isOpen.value = event.newState === 'open';
          if (isOpen.value) void loadCustomEmojis();
        }}
        onKeyDown={(event) => picker.current && move(picker.current, event)}
      >
        {isOpen.value && <Choices status={status} onChoose={choose} />}
      </div>
    </>
  );
}

function Choices({ status, onChoose }: { status: Status; onChoose: (choice: Choice) => void }) {
  const sought = useSignal('');
  const own = new Set((status.emoji_reactions ?? []).filter(({ me }) => me).map(({ name }) => name));
  const custom = customEmojis.value ?? [];
  const word = sought.value.trim().toLowerCase();
  const found = custom.filter(({ shortcode }) => shortcode.toLowerCase().includes(word)).slice(0, MOST_SHOWN);
  const draw = (choice: Choice) => (
    <button
      key={choice.name}
      type="button"
      data-choice
      class={styles.choice}
      aria-pressed={own.has(choice.name)}
      onClick={() => onChoose(choice)}
    >
      <Emoji {...choice} />
    </button>
  );
  return (
    <>
      <div class={styles.grid}>{COMMON.map((name) => draw({ name, url: null }))}</div>
      {custom.length > 0 && <p class={styles.heading}>{t('reactions.custom')}</p>}
      {custom.length > FEW && (
        <input
          type="search"
          class={styles.search}
          aria-label={t('reactions.search')}
          placeholder={t('reactions.search')}
          value={sought.value}
          onInput={(event) => (sought.value = event.currentTarget.value)}
        />
      )}
      <div class={styles.grid}>{found.map(({ shortcode, url }) => draw({ name: shortcode, url }))}</div>
    </>
  );
}
