// Buttons: filled, plain and quiet; round ones with an icon; links that look like them.
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ComponentChildren } from 'preact';
import styles from './Button.module.css';

interface Look {
  look?: 'filled' | 'plain' | 'quiet' | 'danger';
  size?: 'small' | 'normal' | 'wide';
}

const classOf = ({ look = 'plain', size = 'normal' }: Look): string =>
  [styles.button, styles[look], styles[size]].join(' ');

type ButtonProps = Look & Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'size' | 'icon'> & { isBusy?: boolean };

/** A button with a text. While busy it keeps its place and focus, and does nothing. */
export function Button({ look, size, isBusy = false, children, onClick, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class={classOf({ look, size })}
      aria-busy={isBusy || undefined}
      aria-disabled={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
    >
      {children}
    </button>
  );
}

type LinkProps = Look &
  Pick<AnchorHTMLAttributes<HTMLAnchorElement>, 'title' | 'onClick' | 'children'> & { href: string };

/** A link that looks like a button. */
export function ButtonLink({ look, size, children, ...rest }: LinkProps) {
  return (
    <a {...rest} class={classOf({ look, size })}>
      {children}
    </a>
  );
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'label' | 'icon' | 'class'> & {
  class?: string;
  /** Its name for screen readers, and its tooltip. */
  label: string;
  children: ComponentChildren;
};

/** A round button with an icon alone. */
export function IconButton({ label, children, type = 'button', class: extra = '', ...rest }: IconButtonProps) {
  return (
    <button {...rest} type={type} class={`${styles.icon} ${extra}`} aria-label={label} title={label}>
      {children}
    </button>
  );
}
