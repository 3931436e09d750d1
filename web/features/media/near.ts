// Whether an element is in or near the window: one observer for the whole page.

const NEAR_PX = 500;

type Listener = (isNear: boolean, stop: () => void) => void;
const listeners = new Map<Element, Listener>();
let observer: IntersectionObserver | undefined;

function tell(entries: IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    listeners.get(target)?.(isIntersecting, () => forget(target));
  }
}

function forget(element: Element): void {
  listeners.delete(element);
  observer?.unobserve(element);
}

/** Tells whenever the element comes near the window or leaves it. Returns what ends that; the listener may end it too. */
export function watchNear(element: Element, listener: Listener): () => void {
  observer ??= new IntersectionObserver(tell, { rootMargin: `${NEAR_PX}px` });
  listeners.set(element, listener);
  observer.observe(element);
  return () => forget(element);
}
