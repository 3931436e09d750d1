// The bar at the top of the centre column: where one is, the way back, and what can be done there.
import { ArrowLeft } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { usePageTitle } from '#web/lib/navigation.ts';
import { IconButton } from './Button.tsx';
import styles from './PageHeader.module.css';

interface Props {
  title: string;
  /** In the tab instead of the title, where the title says too little there. */
  tabTitle?: string;
  hasBack?: boolean;
  /** A quiet line under the title. */
  note?: string;
  children?: ComponentChildren;
}

function goBack(): void {
  if (history.length > 1) history.back();
  else location.assign('/');
}

/** The bar with the page's heading; it names the page in the tab too. */
export function PageHeader({ title, tabTitle, hasBack = false, note, children }: Props) {
  usePageTitle(tabTitle ?? title);
  return (
    <header class={styles.header}>
      {hasBack && (
        <IconButton label={t('common.back')} onClick={goBack} class={styles.back}>
          <ArrowLeft size={20} aria-hidden />
        </IconButton>
      )}
      <div class={styles.titles}>
        <h1 class={styles.title}>{title}</h1>
        {note && <p class={styles.note}>{note}</p>}
      </div>
      {children}
    </header>
  );
}

interface Tab {
  label: string;
  href: string;
  isCurrent: boolean;
}

/** Links to the sides of one thing, shown as tabs. */
export function TabLinks({ label, tabs, class: extra = '' }: { label: string; tabs: Tab[]; class?: string }) {
  const row = useRef<HTMLElement>(null);
  const current = tabs.find(({ isCurrent }) => isCurrent)?.href;
  useEffect(() => {
    // Where there are more than fit, the one that is shown is among those that are seen.
    const tab = row.current?.querySelector<HTMLElement>('[aria-current]');
    if (!tab || !row.current) return;
    const [{ left, width }, around] = [tab.getBoundingClientRect(), row.current.getBoundingClientRect()];
    row.current.scrollLeft += left + width / 2 - (around.left + around.width / 2);
  }, [current]);
  return (
    <nav ref={row} aria-label={label} class={`${styles.tabs} ${extra}`}>
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab.isCurrent ? 'page' : undefined}>
          <span>{tab.label}</span>
        </a>
      ))}
    </nav>
  );
}
