// The files of a post that is being written: a tile each, with how far it is, its words, its place, and the way out.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { announce } from '#web/lib/toasts.ts';
import { openDescriber } from './describing.ts';
import { moveBy, type MediaList } from './draft-media.ts';
import { Tile } from './Tile.tsx';
import styles from './Tray.module.css';

interface Props {
  list: MediaList;
  isSensitive: boolean;
  onSensitive: (isSensitive: boolean) => void;
  /** The post has a content warning, which covers its pictures anyway. */
  hasWarning: boolean;
}

const PULL_PX = 10;

/** Moves a tile under the pointer; by touch only sideways, so that the page can still be scrolled over it. */
function useDragging(list: MediaList) {
  const dragged = useSignal<string | null>(null);
  const begin = (event: PointerEvent, key: string) => {
    if (event.button !== 0 || list.items.length < 2 || !(event.currentTarget instanceof HTMLElement)) return;
    const from = { x: event.clientX, y: event.clientY };
    const end = new AbortController();
    const move = (moved: PointerEvent) => {
      if (moved.pointerId !== event.pointerId) return;
      if (!dragged.peek() && Math.hypot(moved.clientX - from.x, moved.clientY - from.y) < PULL_PX) return;
      dragged.value = key;
      const over = document.elementFromPoint(moved.clientX, moved.clientY)?.closest<HTMLElement>('[data-media]');
      const target = list.items.findIndex((one) => one.key === over?.dataset['media']);
      const at = list.items.findIndex((one) => one.key === key);
      if (target >= 0 && target !== at) moveBy(list, key, target - at);
    };
    const stop = () => {
      end.abort();
      // After the click that ends a drag, which must not open what was dragged.
      setTimeout(() => (dragged.value = null));
    };
    addEventListener('pointermove', move, { signal: end.signal });
    addEventListener('pointerup', stop, { signal: end.signal });
    addEventListener('pointercancel', stop, { signal: end.signal });
  };
  return { dragged, begin };
}

/** All tiles, and whether the pictures are sensitive. */
export function Tray({ list, isSensitive, onSensitive, hasWarning }: Props) {
  const { dragged, begin } = useDragging(list);
  const element = useRef<HTMLUListElement>(null);
  const move = (key: string, step: number) => {
    const place = moveBy(list, key, step);
    announce(t('media.movedTo', { number: place + 1, count: list.items.length }));
    // The button may be gone at the edge; the focus stays with the tile.
    requestAnimationFrame(() => {
      const tile = element.current?.querySelector(`[data-media="${CSS.escape(key)}"]`);
      if (!tile?.contains(document.activeElement)) tile?.querySelector('button')?.focus();
    });
  };
  return (
    <div class={styles.tray}>
      <ul
        ref={element}
        class={`${styles.tiles} ${list.items.length === 1 ? styles.alone : ''}`}
        aria-label={t('media.attached')}
      >
        {list.items.map((item, place) => (
          <Tile
            key={item.key}
            item={item}
            list={list}
            place={place}
            isDragged={dragged.value === item.key}
            onGrab={(event) => begin(event, item.key)}
            onDescribe={() => dragged.peek() === null && openDescriber(list, item.key)}
            onMove={(step) => move(item.key, step)}
          />
        ))}
      </ul>
      <label class={styles.sensitive}>
        <input
          type="checkbox"
          checked={isSensitive || hasWarning}
          disabled={hasWarning}
          onChange={(event) => onSensitive(event.currentTarget.checked)}
        />
        <span>
          {t('media.sensitive')}
          <span class={styles.hint}>{t('media.sensitiveHint')}</span>
        </span>
      </label>
    </div>
  );
}
