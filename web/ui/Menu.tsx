// A button with a menu in the top layer: arrow keys, Home, End and first letters move; Escape gives the focus back.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import styles from './Menu.module.css';

export interface MenuItem {
  label: string;
  /** A second, quieter line. */
  hint?: string;
  icon?: ComponentChildren;
  /** For a choice of one: whether it is the chosen one. */
  isChosen?: boolean;
  isDangerous?: boolean;
  /** It can be reached and heard, but does nothing: the hint says why. */
  isDisabled?: boolean;
  href?: string;
  run?: () => void;
}

interface Props {
  /** The menu's name for screen readers, and its button's unless that has words of its own. */
  label: string;
  hasWords?: boolean;
  children: ComponentChildren;
  items: (MenuItem | null | false)[];
  class?: string;
  isDisabled?: boolean;
}

const GAP = 6;

/** Puts what lies over the page beside its button, inside the window: below it where there is room, else above. */
export function placeBeside(menu: HTMLElement, button: HTMLElement): void {
  const anchor = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = anchor.left + width + GAP > innerWidth ? anchor.right - width : anchor.left;
  const isBelow = anchor.bottom + GAP + height < innerHeight || anchor.top < height + GAP;
  menu.style.left = `${Math.max(GAP, left)}px`;
  menu.style.top = `${isBelow ? Math.min(anchor.bottom + GAP, Math.max(GAP, innerHeight - height - GAP)) : anchor.top - height - GAP}px`;
}

function move(menu: HTMLElement, event: KeyboardEvent): void {
  const items = [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const at = items.findIndex((item) => item === document.activeElement);
  const targets: Record<string, HTMLElement | undefined> = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items.at(at <= 0 ? -1 : at - 1),
    Home: items[0],
    End: items.at(-1),
  };
  const letter = event.key.length === 1 ? event.key.toLowerCase() : '';
  const byLetter = letter.trim()
    ? [...items.slice(at + 1), ...items].find((item) => item.textContent.trim().toLowerCase().startsWith(letter))
    : undefined;
  const target = targets[event.key] ?? byLetter;
  if (!target) return;
  event.preventDefault();
  target.focus();
}

/** The button with its menu; `items` may leave places empty. */
export function Menu({ label, children, items, class: extra = '', isDisabled = false, hasWords = false }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = () => menu.current?.hidePopover();
  // When its items are there: before, the menu has no height to find a place for.
  useLayoutEffect(() => {
    if (!isOpen || !menu.current || !button.current) return;
    placeBeside(menu.current, button.current);
    const chosen = menu.current.querySelector<HTMLElement>('[aria-checked="true"]');
    (chosen ?? menu.current.querySelector<HTMLElement>('[role^="menuitem"]'))?.focus();
  }, [isOpen]);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={extra}
        aria-label={hasWords ? undefined : label}
        title={hasWords ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
        disabled={isDisabled}
      >
        {children}
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        class={styles.menu}
        onToggle={(event) => setOpen(event.newState === 'open')}
        onKeyDown={(event) => menu.current && move(menu.current, event)}
      >
        {/* Built only while open: a page of posts has a menu each. */}
        {isOpen && items.map((item) => item && <Item key={item.label} item={item} close={close} />)}
      </div>
    </>
  );
}

function Item({ item, close }: { item: MenuItem; close: () => void }) {
  const content = (
    <>
      {item.icon}
      <span class={styles.texts}>
        {item.label}
        {item.hint && <span class={styles.hint}>{item.hint}</span>}
      </span>
    </>
  );
  const look = `${styles.item} ${item.isDangerous ? styles.danger : ''}`;
  if (item.href) {
    return (
      <a role="menuitem" tabIndex={-1} class={look} href={item.href} onClick={close}>
        {content}
      </a>
    );
  }
  return (
    <button
      type="button"
      role={item.isChosen === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={item.isChosen}
      aria-disabled={item.isDisabled || undefined}
      tabIndex={-1}
      class={look}
      onClick={() => {
        if (item.isDisabled) return;
        close();
        item.run?.();
      }}
    >
      {content}
    </button>
  );
}
