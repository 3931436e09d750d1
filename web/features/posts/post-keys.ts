// Keys for posts: j and k walk from one to the next and keep it at the top; the others act on the one with the focus.
import { useShortcuts } from '#web/lib/keyboard.ts';
import { barHeight, holdAt } from '#web/lib/navigation.ts';

export interface PostCommands {
  open: () => void;
  like: () => void;
  boost: () => void;
  reply: () => void;
  toggleWarning: () => void;
}

const commands = new WeakMap<Element, Partial<PostCommands>>();

/** Lets the keys reach a post's element while it is on the page. */
export function registerPost(element: Element, own: Partial<PostCommands>): void {
  commands.set(element, own);
}

const articles = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('main [data-post]')];
const focused = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('[data-post]') ?? null;

function walk(step: 1 | -1): void {
  const all = articles();
  const from = focused();
  const at = from ? all.indexOf(from) : -1;
  const firstVisible = all.findIndex((one) => one.getBoundingClientRect().bottom > barHeight() + 8);
  const target = all[at < 0 ? Math.max(0, firstVisible) : at + step];
  if (!target) return step < 0 ? scrollTo(0, 0) : undefined;
  target.focus({ preventScroll: true });
  if (target === all[0] && !target.closest('[data-thread]')) scrollTo(0, 0);
  else holdAt(target, barHeight());
}

function act(name: keyof PostCommands): (event: KeyboardEvent) => void {
  return (event) => {
    const article = focused();
    // Enter on a link or button inside the post is theirs.
    if (!article || (name === 'open' && event.target !== article)) return;
    event.preventDefault();
    commands.get(article)?.[name]?.();
  };
}

/** Listens to the keys while the component is on the page. */
export function usePostKeys(): void {
  useShortcuts({
    j: () => walk(1),
    k: () => walk(-1),
    l: act('like'),
    b: act('boost'),
    r: act('reply'),
    x: act('toggleWarning'),
    Enter: act('open'),
  });
}
