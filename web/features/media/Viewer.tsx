// The pictures and films of a post over the whole window: looked at closer, turned, and read. In a file of its own, loaded when opened.
import { useLocation } from 'preact-iso/router';
import { useSignal } from '@preact/signals';
import { ChevronLeft, ChevronRight, ExternalLink, MessageCircle, X, ZoomIn, ZoomOut } from 'lucide-preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { IconButton } from '#web/ui/Button.tsx';
import { useGestures } from './gestures.ts';
import { describe } from './Picture.tsx';
import { sizeOf, Slide } from './Slide.tsx';
import { closeViewer, leaveViewer, viewed, type Viewed } from './viewer.ts';
import { held, MOST, STEP, WHOLE, zoomed, type Size, type View } from './zoom.ts';
import styles from './Viewer.module.css';

const PAN_PX = 90;

/** The size of an element, followed. */
function useSize(element: { current: HTMLElement | null }) {
  const size = useSignal<Size>({ width: innerWidth, height: innerHeight });
  useLayoutEffect(() => {
    if (!element.current) return;
    const note = ({ clientWidth: width, clientHeight: height }: HTMLElement) => (size.value = { width, height });
    note(element.current);
    const observer = new ResizeObserver(() => element.current && note(element.current));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** What is open, how close one looks, and the ways to change that. */
function useLooking({ attachments, place }: Viewed) {
  const stage = useRef<HTMLDivElement>(null);
  const frame = useSize(stage);
  const view = useSignal<View>(WHOLE);
  const drag = useSignal({ x: 0, y: 0 });
  const media = attachments[place];
  const drawn = () => (media?.type === 'image' ? sizeOf(media, frame.peek()) : null);
  const turnTo = (next: number) => {
    const now = viewed.peek();
    if (!now || next < 0 || next >= attachments.length || next === now.place) return;
    view.value = WHOLE;
    viewed.value = { ...now, place: next };
  };
  const turn = (step: -1 | 1) => turnTo((viewed.peek()?.place ?? 0) + step);
  const show = (next: View) => {
    const size = drawn();
    if (size) view.value = held(next, size, frame.peek());
  };
  const zoom = (factor: number) => show(zoomed(view.peek(), factor, { x: 0, y: 0 }));
  useGestures({ frame: stage, view, drag, drawn, onTurn: turn, onDismiss: closeViewer });
  const pan = (x: number, y: number) => show({ ...view.peek(), x: view.peek().x + x, y: view.peek().y + y });
  return { stage, frame, view, drag, media, turn, turnTo, zoom, pan, reset: () => (view.value = WHOLE) };
}

function onKey(
  event: KeyboardEvent,
  { view, turn, turnTo, zoom, pan, reset }: ReturnType<typeof useLooking>,
  last: number,
): void {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // A player has keys of its own, and words are scrolled by the arrows up and down.
  if (target instanceof Element && target.closest('video')) return;
  const isReading = target instanceof Element && target.closest('[data-words]') !== null;
  const isClose = view.peek().scale > 1;
  const sideways = (step: -1 | 1) => () => (isClose ? pan(-step * PAN_PX, 0) : turn(step));
  const upright = (step: -1 | 1) => (isClose && !isReading ? () => pan(0, -step * PAN_PX) : undefined);
  const acts: Record<string, (() => void) | undefined> = {
    ArrowLeft: sideways(-1),
    ArrowRight: sideways(1),
    ArrowUp: upright(-1),
    ArrowDown: upright(1),
    Home: isReading ? undefined : () => turnTo(0),
    End: isReading ? undefined : () => turnTo(last),
    '+': () => zoom(STEP),
    '=': () => zoom(STEP),
    '-': () => zoom(1 / STEP),
    '0': reset,
  };
  const act = acts[key];
  if (!act) return;
  event.preventDefault();
  act();
}

interface BarProps {
  shown: Viewed;
  looking: ReturnType<typeof useLooking>;
}

function Bar({ shown: { attachments, place, post }, looking }: BarProps) {
  const { route } = useLocation();
  const { media, view, zoom } = looking;
  const original = media?.remote_url ?? media?.url;
  return (
    <header class={styles.bar}>
      <IconButton label={t('common.close')} onClick={closeViewer}>
        <X size={22} aria-hidden />
      </IconButton>
      <span class={styles.count} aria-hidden>
        {attachments.length > 1 && `${place + 1} / ${attachments.length}`}
      </span>
      {media?.type === 'image' && (
        <>
          <IconButton label={t('media.zoomOut')} aria-disabled={view.value.scale <= 1} onClick={() => zoom(1 / STEP)}>
            <ZoomOut size={20} aria-hidden />
          </IconButton>
          <IconButton label={t('media.zoomIn')} aria-disabled={view.value.scale >= MOST} onClick={() => zoom(STEP)}>
            <ZoomIn size={20} aria-hidden />
          </IconButton>
        </>
      )}
      {post && (
        <a
          class={styles.link}
          href={post.path}
          aria-label={t('media.toPost', { name: post.by })}
          title={t('media.toPost', { name: post.by })}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey) return;
            event.preventDefault();
            if (location.pathname === post.path) return closeViewer();
            // Its step in the history becomes the post's.
            leaveViewer();
            route(post.path, true);
          }}
        >
          <MessageCircle size={20} aria-hidden />
        </a>
      )}
      {original && (
        <a
          class={styles.link}
          href={original}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t('media.openOriginal')}
          title={t('media.openOriginal')}
        >
          <ExternalLink size={20} aria-hidden />
        </a>
      )}
    </header>
  );
}

/** The arrows beside the picture, where there are several. One that leads nowhere keeps its place, and the focus. */
function Arrows({ shown: { attachments, place }, looking: { turn } }: BarProps) {
  if (attachments.length < 2) return null;
  return (
    <>
      <IconButton
        label={t('media.previous')}
        class={styles.previous}
        aria-disabled={place === 0}
        onClick={() => turn(-1)}
      >
        <ChevronLeft size={28} aria-hidden />
      </IconButton>
      <IconButton
        label={t('media.next')}
        class={styles.next}
        aria-disabled={place === attachments.length - 1}
        onClick={() => turn(1)}
      >
        <ChevronRight size={28} aria-hidden />
      </IconButton>
    </>
  );
}

/** The dialog. It takes the focus, and gives it back when it goes. */
export function Viewer({ shown }: { shown: Viewed }) {
  const element = useRef<HTMLDialogElement>(null);
  const wordsId = useId();
  const looking = useLooking(shown);
  const { stage, frame, view, drag, media } = looking;
  const { attachments, place } = shown;
  const told = useSignal('');
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const latest = useRef(looking);
  latest.current = looking;
  useEffect(() => {
    // On the window: a click on the picture leaves the focus nowhere, and the keys act all the same.
    const handle = (event: KeyboardEvent) => onKey(event, latest.current, attachments.length - 1);
    addEventListener('keydown', handle);
    return () => removeEventListener('keydown', handle);
  }, [attachments]);
  const where = t('media.place', { number: place + 1, count: attachments.length });
  useEffect(() => {
    if (media) told.value = `${where}. ${describe(media)}`;
  }, [place]);
  return (
    <dialog
      ref={element}
      class={styles.viewer}
      aria-label={t('media.viewer')}
      onCancel={(event) => {
        event.preventDefault();
        closeViewer();
      }}
    >
      <Bar shown={shown} looking={looking} />
      <div class={styles.middle}>
        <div
          ref={stage}
          class={`${styles.stage} ${view.value.scale > 1 ? styles.close : ''}`}
          data-scale={view.value.scale}
        >
          {[-1, 0, 1].map((offset) => {
            const one = attachments[place + offset];
            return (
              one && (
                <Slide
                  key={one.id}
                  media={one}
                  offset={offset}
                  frame={frame.value}
                  view={view.value}
                  drag={drag.value}
                />
              )
            );
          })}
        </div>
        <Arrows shown={shown} looking={looking} />
      </div>
      {media?.description && (
        <section
          id={wordsId}
          key={media.id}
          class={styles.words}
          data-words
          tabIndex={0}
          aria-label={t('media.description')}
          dir="auto"
        >
          {media.description}
        </section>
      )}
      <p class="only-read" role="status">
        {told.value}
      </p>
    </dialog>
  );
}
