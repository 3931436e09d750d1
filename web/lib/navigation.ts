// Places in the app: which paths are its own, where a sign-in may lead, and where the reader was on a page.
import { useEffect } from 'preact/hooks';
import { instanceTitle } from './instance.ts';

/** Paths that the router handles; the others belong to the server and load as pages. */
export const APP_PATHS = /^\/(?!(?:api|oauth|ap|media|assets|\.well-known|nodeinfo|metrics|auth)(?:\/|$|\?))/;

/** The path after a sign-in if it stays on this server, else null: `//host` and `/\host` would leave it. */
export function safeReturnPath(path: string | undefined, origin: string): string | null {
  if (!path || !/^\/(?![/\\])/.test(path) || /[\t\n\r]/.test(path)) return null;
  try {
    return new URL(path, origin).origin === origin ? path : null;
  } catch {
    return null;
  }
}

interface Place {
  /** The post at the top of the window, with its distance from it in px. */
  post?: { key: string; top: number };
  y: number;
  /** The post from which the reader left. */
  left?: string;
}

const places = new Map<string, Place>();
let isBack = false;
let holding = 0;

function topPost(): Place['post'] {
  for (const article of document.querySelectorAll<HTMLElement>('main [data-post]')) {
    const { top, bottom } = article.getBoundingClientRect();
    if (bottom > 60) return { key: article.dataset['post'] ?? '', top };
  }
  return undefined;
}

/** Follows the reader's place on every page, so that Back leads to it. Call once, before the first render. */
export function keepPlaces(): void {
  history.scrollRestoration = 'manual';
  let waiting = 0;
  const note = () => {
    // Between Back and the page that it leads to, the window may jump: that is no place of the reader.
    if (!isBack) places.set(location.pathname + location.search, { y: scrollY, post: topPost() });
  };
  const noteSoon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(note);
  };
  addEventListener('scroll', noteSoon, { passive: true });
  addEventListener('popstate', () => (isBack = true));
  // The reader's own hand wins over a page that still settles.
  for (const type of ['wheel', 'touchstart', 'keydown'])
    addEventListener(type, () => cancelAnimationFrame(holding), { passive: true });
}

/** Notes from which post the reader leaves the page, so that Back gives it the focus again. */
export function leaveFrom(key: string): void {
  places.set(location.pathname + location.search, { y: scrollY, post: topPost(), left: key });
}

const findArticle = (key: string | undefined): HTMLElement | null =>
  key === undefined ? null : document.querySelector<HTMLElement>(`[data-post="${CSS.escape(key)}"]`);

/** Whether the page that is just appearing is one that the reader came Back to. */
export const isReturning = (): boolean => isBack;

/** Glides to the top, or goes there at once for people who asked for less motion. */
export function scrollToTop(): void {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  scrollTo({ top: 0, behavior: isCalm ? 'instant' : 'smooth' });
}

/** The height in px of the bar at the top of the column, under which a post at the top stands. */
export function barHeight(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--header')) || 0;
}

const SETTLING_MS = 500;

/**
 * Scrolls until an element stands `top` px below the window's edge, and keeps it there for a moment: the browser
 * guesses the heights of posts that were never near the window, and learns the true ones only then.
 */
export function holdAt(element: HTMLElement, top: number): void {
  const until = performance.now() + SETTLING_MS;
  const align = () => {
    const off = element.getBoundingClientRect().top - top;
    if (Math.abs(off) > 0.5) scrollBy({ top: off, behavior: 'instant' });
    if (performance.now() < until && element.isConnected) holding = requestAnimationFrame(align);
  };
  cancelAnimationFrame(holding);
  align();
}

/** Call when a page is rendered: puts a reader who came Back where they were. */
export function arrive(): void {
  const place = places.get(location.pathname + location.search);
  const wasBack = isBack;
  isBack = false;
  if (!wasBack) return;
  const article = findArticle(place?.post?.key);
  if (article && place?.post) holdAt(article, place.post.top);
  else scrollTo(0, place?.y ?? 0);
  findArticle(place?.left)?.focus({ preventScroll: true });
}

/** Names the page in the tab. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · ${instanceTitle()}` : instanceTitle();
  }, [title]);
}
