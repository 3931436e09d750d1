// The arithmetic of looking closer: how large a picture is drawn, and which part of it is in the window.

export interface View {
  /** 1: the whole picture is in the window. */
  scale: number;
  /** How far its middle is from the middle of the window, in px. */
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
export const MOST = 8;
/** How much a button, a key or a double tap changes. */
export const STEP = 1.6;
export const CLOSER = 2.5;

/** How large a picture is drawn to be whole in the window; never larger than it is, but for tiny ones. */
export function fitted(picture: Size, frame: Size): Size {
  if (!picture.width || !picture.height) return frame;
  const ratio = Math.min(frame.width / picture.width, frame.height / picture.height);
  return { width: picture.width * ratio, height: picture.height * ratio };
}

/** The same view, moved so that no more is empty beside the picture than must be. */
export function held({ scale, x, y }: View, drawn: Size, frame: Size): View {
  const most = (length: number, room: number) => Math.max(0, (length * scale - room) / 2);
  const [farX, farY] = [most(drawn.width, frame.width), most(drawn.height, frame.height)];
  return { scale, x: Math.min(farX, Math.max(-farX, x)), y: Math.min(farY, Math.max(-farY, y)) };
}

/** A view `factor` times as close, with the point that lies under `at` (from the middle of the window) staying there. */
export function zoomed(view: View, factor: number, at: { x: number; y: number }): View {
  const scale = Math.min(MOST, Math.max(1, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real };
}

/** What two fingers say: how far apart they are and where their middle is. */
export function pinch([one, other]: readonly [{ x: number; y: number }, { x: number; y: number }]) {
  return {
    distance: Math.hypot(one.x - other.x, one.y - other.y),
    x: (one.x + other.x) / 2,
    y: (one.y + other.y) / 2,
  };
}

const SWIPE_SHARE = 0.2;
const FLICK_PX_PER_MS = 0.45;

/** Whether a drag sideways means the next picture (1), the one before (-1) or neither (0). */
export function swiped(distance: number, ms: number, width: number): -1 | 0 | 1 {
  const isFar = Math.abs(distance) > width * SWIPE_SHARE;
  const isFlick = Math.abs(distance) > 24 && Math.abs(distance) / Math.max(1, ms) > FLICK_PX_PER_MS;
  if (!isFar && !isFlick) return 0;
  return distance < 0 ? 1 : -1;
}
