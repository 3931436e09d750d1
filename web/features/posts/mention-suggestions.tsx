// Offers people while a mention is typed. The text area keeps the focus; arrows choose, Enter or Tab take, Escape closes.
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { nameOf, AccountName } from '#web/features/accounts/AccountName.tsx';
import { get } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { mentionAtCaret, type Fragment } from '#web/lib/post-text.ts';
import { announce } from '#web/lib/toasts.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import styles from './mention-suggestions.module.css';

const WAIT_MS = 180;
const MOST = 5;

interface Options {
  area: RefObject<HTMLTextAreaElement | null>;
  /** Puts the text in place of the fragment. */
  onTake: (text: string, fragment: Fragment) => void;
}

const isMeant = ({ acct, display_name: name }: Account, query: string): boolean =>
  `${acct} ${name}`.toLowerCase().includes(query.toLowerCase());

/** Looks people up a moment after the typing rests; an older search never answers over a newer one. */
function usePeople(query: string | undefined, onFound: (people: Account[]) => void): void {
  useEffect(() => {
    if (query === undefined) return;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const people = await get<Account[]>('/api/v1/accounts/search', { q: query, limit: MOST }, stop.signal);
        onFound(people);
        if (people.length) announce(t('compose.suggestions', { count: people.length }));
      } catch {
        // Without suggestions one types the handle out.
      }
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query]);
}

interface ListProps {
  id: string;
  people: Account[];
  chosen: number;
  onTake: (account: Account) => void;
}

function People({ id, people, chosen, onTake }: ListProps) {
  return (
    <ul id={id} role="listbox" aria-label={t('compose.people')} class={styles.list}>
      {people.map((account, index) => (
        <li
          key={account.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          aria-label={`${nameOf(account)} @${account.acct}`}
          class={styles.option}
          // The text area must keep the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(account)}
        >
          <Avatar account={account} size={32} />
          <span class={styles.texts}>
            <span class={styles.name}>
              <AccountName account={account} />
            </span>
            <span class={styles.handle}>@{account.acct}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What the text area needs for suggestions: its attributes, its handlers, and the list to render after it. */
export function useMentionSuggestions({ area, onTake }: Options) {
  const id = useId();
  const fragment = useSignal<Fragment | null>(null);
  const found = useSignal<Account[]>([]);
  const chosen = useSignal(0);
  usePeople(fragment.value?.query, (people) => {
    found.value = people;
    chosen.value = 0;
  });
  const close = () => {
    fragment.value = null;
    found.value = [];
  };
  const look = () => {
    const { value = '', selectionStart = 0 } = area.current ?? {};
    const next = mentionAtCaret(value, selectionStart);
    if (!next) return close();
    fragment.value = next;
    // Until the new search answers, nobody is offered whom the longer text no longer means.
    found.value = found.peek().filter((account) => isMeant(account, next.query));
    chosen.value = 0;
  };
  const take = (account: Account | undefined) => {
    if (account && fragment.value) onTake(`@${account.acct} `, fragment.value);
    close();
  };
  const step = (by: 1 | -1) => (chosen.value = (chosen.value + by + found.value.length) % found.value.length);
  const keys: Record<string, () => void> = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => take(found.value[chosen.value]),
    Tab: () => take(found.value[chosen.value]),
    Escape: close,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const run = keys[event.key];
    if (!run || !found.value.length || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
  const isOpen = found.value.length > 0;
  const attributes = {
    'aria-autocomplete': 'list' as const,
    'aria-controls': isOpen ? id : undefined,
    'aria-activedescendant': isOpen ? `${id}-${chosen.value}` : undefined,
  };
  const list = isOpen && <People id={id} people={found.value} chosen={chosen.value} onTake={take} />;
  return { attributes, list, look, onKeyDown, close };
}
