// One of a list of ways to pages: a sign, a name, and that it leads on.
import { ChevronRight } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import styles from './LinkRow.module.css';

interface Props {
  href: string;
  icon: ComponentChildren;
  title: string;
}

/** An `li`: it stands in a list. */
export function LinkRow({ href, icon, title }: Props) {
  return (
    <li>
      <a href={href} class={styles.row}>
        {icon}
        <span class={styles.title}>{title}</span>
        <ChevronRight size={18} aria-hidden />
      </a>
    </li>
  );
}
