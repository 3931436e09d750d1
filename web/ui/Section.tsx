// A part of a page of settings: a heading and what stands under it.
import type { ComponentChildren } from 'preact';
import styles from './Section.module.css';

/** Several sections under each other. */
export function Sections({ children }: { children: ComponentChildren }) {
  return <div class={styles.sections}>{children}</div>;
}

/** One of them. `lead` says in a line what it is for. */
export function Section({ title, lead, children }: { title: string; lead?: string; children?: ComponentChildren }) {
  return (
    <section class={styles.section}>
      <h2 class={styles.heading}>{title}</h2>
      {lead && <p class={styles.lead}>{lead}</p>}
      {children}
    </section>
  );
}

/** Buttons beside each other, under a form or a text. */
export function Buttons({ children }: { children: ComponentChildren }) {
  return <div class={styles.buttons}>{children}</div>;
}
