// The quiet frame around signing up, signing in and the pages that mails lead to.
import { CircleAlert } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { instanceTitle } from '#web/lib/instance.ts';
import { usePageTitle } from '#web/lib/navigation.ts';
import rook from '#web/ui/rook.svg';
import styles from './AuthFrame.module.css';

interface Props {
  title: string;
  /** A sentence under the title. */
  lead?: ComponentChildren;
  children?: ComponentChildren;
  /** Where else one may want to go. */
  foot?: ComponentChildren;
}

/** A card with the server's name above and other ways below. */
export function AuthFrame({ title, lead, children, foot }: Props) {
  usePageTitle(title);
  return (
    <div class={styles.frame}>
      <a href="/" class={styles.home}>
        <img src={rook} alt="" width={40} height={40} />
        {instanceTitle()}
      </a>
      <div class={styles.card}>
        <h1 class={styles.title}>{title}</h1>
        {lead && <div class={styles.lead}>{lead}</div>}
        {children}
      </div>
      {foot && <div class={styles.foot}>{foot}</div>}
    </div>
  );
}

/** What is wrong with the form as a whole. */
export function FormProblem({ text, children }: { text: string; children?: ComponentChildren }) {
  if (!text) return null;
  return (
    <div class={styles.problem} role="alert">
      <CircleAlert size={18} aria-hidden />
      <div>
        {text} {children}
      </div>
    </div>
  );
}
