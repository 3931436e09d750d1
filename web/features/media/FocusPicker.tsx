// The picture with the point that must stay visible when it is cut: clicked, dragged, or moved by the arrow keys.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import styles from './FocusPicker.module.css';

interface Focus {
  x: number;
  y: number;
}

interface Props {
  focus: Focus;
  onFocus: (focus: Focus) => void;
  /** The picture itself, filling the frame around it. */
  children: ComponentChildren;
  /** Width by height. */
  aspect: number;
}

const STEP = 0.1;
const inside = (value: number): number => Math.min(1, Math.max(-1, value));
const percent = (value: number): number => Math.round(((value + 1) / 2) * 100);

/** The frame has the picture's shape, so that a place in it is a place in the picture. */
export function FocusPicker({ focus, onFocus, children, aspect }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const isHeld = useSignal(false);
  const take = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box) return;
    onFocus({
      x: inside(((event.clientX - box.left) / box.width) * 2 - 1),
      y: inside(1 - ((event.clientY - box.top) / box.height) * 2),
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, Focus> = {
      ArrowLeft: { x: -STEP, y: 0 },
      ArrowRight: { x: STEP, y: 0 },
      ArrowUp: { x: 0, y: STEP },
      ArrowDown: { x: 0, y: -STEP },
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    onFocus({ x: inside(focus.x + step.x), y: inside(focus.y + step.y) });
  };
  return (
    <div
      ref={frame}
      class={styles.frame}
      style={{ aspectRatio: String(aspect), '--aspect': aspect }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        isHeld.value = true;
        take(event);
      }}
      onPointerMove={(event) => isHeld.peek() && take(event)}
      onPointerUp={() => (isHeld.value = false)}
      onPointerCancel={() => (isHeld.value = false)}
    >
      {children}
      <button
        type="button"
        class={styles.point}
        role="slider"
        aria-label={t('media.focus')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent(focus.x)}
        aria-valuetext={t('media.focusAt', { left: percent(focus.x), top: 100 - percent(focus.y) })}
        style={{ left: `${percent(focus.x)}%`, top: `${100 - percent(focus.y)}%` }}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
