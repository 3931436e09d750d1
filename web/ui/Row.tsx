// One of a list of things that can be changed: what it is, what is known of it, and its buttons.
import type { ComponentChildren } from 'preact';
import { Buttons } from './Section.tsx';
import styles from './Row.module.css';

interface Props {
  title: ComponentChildren;
  /** Where the rows stand under a heading of their own. */
  isUnderHeading?: boolean;
  picture?: ComponentChildren;
  /** Short ones, in a line under the rest. */
  facts?: readonly string[];
  children?: ComponentChildren;
  actions?: ComponentChildren;
}

/** An `li`: it stands in a list. */
export function Row({ title, isUnderHeading = false, picture, facts = [], children, actions }: Props) {
  const Heading = isUnderHeading ? 'h3' : 'h2';
  return (
    <li class={styles.row}>
      {picture}
      <div class={styles.texts}>
        <Heading class={styles.title}>{title}</Heading>
        {children}
        {facts.length > 0 && <p class={styles.facts}>{facts.join(' · ')}</p>}
      </div>
      {actions && <Buttons>{actions}</Buttons>}
    </li>
  );
}

/** A line of text in a row. */
export function RowText({ children }: { children: ComponentChildren }) {
  return <p class={styles.text}>{children}</p>;
}
