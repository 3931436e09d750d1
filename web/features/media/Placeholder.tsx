// What stands where a picture will be: its average colour at once, its blurred self when it comes near the window.
import { useEffect, useRef } from 'preact/hooks';
import { averageColour, paintBlurhash } from './blurhash.ts';
import { watchNear } from './near.ts';
import styles from './Placeholder.module.css';

/** Fills the nearest positioned element around it. */
export function Placeholder({ hash }: { hash: string | null | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element || !hash) return;
    return watchNear(element, (isNear, stop) => {
      if (!isNear) return;
      stop();
      // Without the decoder's file the colour alone stands there.
      paintBlurhash(element, hash).catch(() => {});
    });
  }, [hash]);
  return (
    <span class={styles.ground} style={{ backgroundColor: averageColour(hash) }} aria-hidden>
      {hash && <canvas ref={canvas} class={styles.blur} width={1} height={1} />}
    </span>
  );
}
