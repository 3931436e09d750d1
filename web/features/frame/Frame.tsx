// The page around every page: navigation, the centre column, and what stands beside it.
import { useLocation } from 'preact-iso/router';
import type { ComponentChildren } from 'preact';
import { AboutCard, SmallPrint } from '#web/features/instance/AboutCard.tsx';
import { openComposer } from '#web/features/posts/composing.ts';
import { usePostKeys } from '#web/features/posts/post-keys.ts';
import { requireSignIn } from '#web/features/auth/sign-in-prompt.ts';
import { SearchBox } from '#web/features/search/SearchBox.tsx';
import { t } from '#web/lib/i18n.ts';
import { useShortcuts } from '#web/lib/keyboard.ts';
import { BottomBar, SideNavigation } from './Navigation.tsx';
import { openHelp } from './HelpSheet.tsx';
import styles from './Frame.module.css';

const CHORD_MS = 1200;
let lastG = 0;
const isAfterG = (): boolean => Date.now() - lastG < CHORD_MS;

function useFrameKeys(): void {
  const { route } = useLocation();
  const afterG = (path: string) => () => {
    if (isAfterG()) route(path);
  };
  const prevented = (run: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    run();
  };
  useShortcuts({
    n: prevented(() => {
      if (isAfterG()) route('/notifications');
      else if (requireSignIn()) openComposer();
    }),
    g: () => (lastG = Date.now()),
    h: afterG('/'),
    '?': prevented(openHelp),
    '/': prevented(() => {
      const field = [...document.querySelectorAll<HTMLInputElement>('input[type="search"]')].find(
        (one) => one.offsetParent,
      );
      if (field) field.focus();
      else route('/search');
    }),
  });
  usePostKeys();
}

/** Puts `children` into the centre column, and listens to the keys that work everywhere. */
export function Frame({ children }: { children: ComponentChildren }) {
  const { path } = useLocation();
  useFrameKeys();
  return (
    <>
      <a class={styles.skip} href="#main">
        {t('nav.skip')}
      </a>
      <div class={styles.frame}>
        <div class={styles.left}>
          <SideNavigation />
        </div>
        <main id="main" class={styles.main} tabIndex={-1}>
          {children}
        </main>
        <aside class={styles.right} aria-label={t('nav.aside')}>
          <div class={styles.sticky}>
            {path !== '/search' && <SearchBox />}
            <AboutCard />
            <SmallPrint onHelp={openHelp} />
          </div>
        </aside>
      </div>
      <BottomBar />
    </>
  );
}
