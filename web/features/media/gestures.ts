// Fingers, mouse and wheel over the open picture: pinch and wheel look closer, a drag moves the picture or turns to the next one,
// a double tap looks closer and back, a drag up or down puts it away.
import type { Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CLOSER, held, pinch, swiped, WHOLE, zoomed, type Size, type View } from './zoom.ts';

interface Point {
  x: number;
  y: number;
}

export interface Gestures {
  frame: RefObject<HTMLElement | null>;
  view: Signal<View>;
  /** How far the picture is dragged while it is whole, in px. */
  drag: Signal<Point>;
  /** How large it is drawn while it is whole; null for what cannot be looked at closer. */
  drawn: () => Size | null;
  onTurn: (step: -1 | 1) => void;
  onDismiss: () => void;
}

const SLIP_PX = 8;
const TAP_MS = 300;
const TAP_PX = 30;
const DISMISS_PX = 110;
const STILL: Point = { x: 0, y: 0 };
/** What has its own use for the pointer. */
const OWN = 'button, a, video, input';

interface Stroke {
  from: Point;
  at: number;
  axis: 'x' | 'y' | null;
  moved: boolean;
}

/** Everything between the first finger down and the last one up. */
class Hand {
  readonly pointers = new Map<number, Point>();
  stroke: Stroke | null = null;
  tap: { at: number; point: Point } | null = null;
  readonly on: Gestures;

  constructor(on: Gestures) {
    this.on = on;
  }

  /** Where an event is, from the middle of the frame. */
  point(event: MouseEvent): Point {
    const box = this.on.frame.current?.getBoundingClientRect();
    if (!box) return STILL;
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  }

  frameSize(): Size {
    const { clientWidth: width = 0, clientHeight: height = 0 } = this.on.frame.current ?? {};
    return { width, height };
  }

  show(view: View): void {
    const drawn = this.on.drawn();
    if (drawn) this.on.view.value = held(view, drawn, this.frameSize());
  }

  down(event: PointerEvent): void {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest(OWN))) return;
    this.on.frame.current?.setPointerCapture(event.pointerId);
    const point = this.point(event);
    this.pointers.set(event.pointerId, point);
    this.stroke = this.pointers.size === 1 ? { from: point, at: event.timeStamp, axis: null, moved: false } : null;
    if (this.pointers.size > 1) this.on.drag.value = STILL;
  }

  move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const point = this.point(event);
    if (this.pointers.size === 2) this.pinch(event.pointerId, point);
    else if (this.stroke) this.pull(this.stroke, before, point);
    this.pointers.set(event.pointerId, point);
  }

  private pinch(moving: number, point: Point): void {
    const [first, second] = [...this.pointers.entries()];
    if (!first || !second) return;
    const old = pinch([first[1], second[1]]);
    const fresh = pinch([first[0] === moving ? point : first[1], second[0] === moving ? point : second[1]]);
    const { scale, x, y } = zoomed(this.on.view.peek(), fresh.distance / Math.max(1, old.distance), fresh);
    this.show({ scale, x: x + fresh.x - old.x, y: y + fresh.y - old.y });
  }

  private pull(stroke: Stroke, before: Point, point: Point): void {
    const [dx, dy] = [point.x - stroke.from.x, point.y - stroke.from.y];
    if (!stroke.moved && Math.hypot(dx, dy) < SLIP_PX) return;
    stroke.moved = true;
    const { scale, x, y } = this.on.view.peek();
    if (scale > 1) return this.show({ scale, x: x + point.x - before.x, y: y + point.y - before.y });
    stroke.axis ??= Math.abs(dx) >= Math.abs(dy) ? 'x' : 'y';
    this.on.drag.value = stroke.axis === 'x' ? { x: dx, y: 0 } : { x: 0, y: dy };
  }

  up(event: PointerEvent): void {
    if (!this.pointers.delete(event.pointerId)) return;
    const { stroke } = this;
    this.stroke = null;
    const { x, y } = this.on.drag.peek();
    this.on.drag.value = STILL;
    if (!stroke || event.type === 'pointercancel') return;
    if (!stroke.moved) return this.tapped(event);
    const turn = swiped(x, event.timeStamp - stroke.at, this.frameSize().width);
    if (stroke.axis === 'x' && turn) this.on.onTurn(turn);
    if (stroke.axis === 'y' && Math.abs(y) > DISMISS_PX) this.on.onDismiss();
  }

  private tapped(event: PointerEvent): void {
    const point = this.point(event);
    const { tap } = this;
    const isSecond =
      tap && event.timeStamp - tap.at < TAP_MS && Math.hypot(point.x - tap.point.x, point.y - tap.point.y) < TAP_PX;
    this.tap = isSecond ? null : { at: event.timeStamp, point };
    if (!isSecond) return;
    const view = this.on.view.peek();
    this.show(view.scale > 1 ? WHOLE : zoomed(view, CLOSER, point));
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    // Browsers tell a pinch on a trackpad as a wheel with Ctrl, in smaller numbers.
    const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0022));
    this.show(zoomed(this.on.view.peek(), factor, this.point(event)));
  }
}

/** Listens on the frame while it is on the page. */
export function useGestures(gestures: Gestures): void {
  const latest = useRef(gestures);
  Object.assign(latest.current, gestures);
  useEffect(() => {
    const frame = latest.current.frame.current;
    if (!frame) return;
    const hand = new Hand(latest.current);
    const end = new AbortController();
    const options = { signal: end.signal };
    frame.addEventListener('pointerdown', (event) => hand.down(event), options);
    frame.addEventListener('pointermove', (event) => hand.move(event), options);
    frame.addEventListener('pointerup', (event) => hand.up(event), options);
    frame.addEventListener('pointercancel', (event) => hand.up(event), options);
    frame.addEventListener('wheel', (event) => hand.wheel(event), { ...options, passive: false });
    return () => end.abort();
  }, []);
}
