// One of the files in the viewer, as large as the window lets it be, and as close as its reader looks.
import { useSignal } from '@preact/signals';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { FilmPlayer } from './Film.tsx';
import { MovingPicture } from './MovingPicture.tsx';
import { describe } from './Picture.tsx';
import { Placeholder } from './Placeholder.tsx';
import { fitted, type Size, type View } from './zoom.ts';
import styles from './Viewer.module.css';

/** A small picture is drawn at most so many times as large as it is. */
const MOST_ENLARGED = 2;
/** How large one is drawn while all of it is in the window. */
export function sizeOf({ meta }: MediaAttachment, frame: Size): Size {
  const { width = 0, height = 0 } = meta?.original ?? meta?.small ?? {};
  if (!width || !height) return frame;
  const room = {
    width: Math.min(frame.width, width * MOST_ENLARGED),
    height: Math.min(frame.height, height * MOST_ENLARGED),
  };
  return fitted({ width, height }, room);
}

/** The picture over its preview, which is there at once. */
function Still({ media, isCurrent }: { media: MediaAttachment; isCurrent: boolean }) {
  const isLoaded = useSignal(false);
  return (
    <>
      {!isLoaded.value && <Placeholder hash={media.blurhash} />}
      {media.preview_url && !isLoaded.value && (
        <img class={styles.layer} src={media.preview_url} alt="" draggable={false} />
      )}
      <img
        class={styles.layer}
        src={media.url ?? media.remote_url ?? undefined}
        alt={isCurrent ? describe(media) : ''}
        draggable={false}
        onLoad={() => (isLoaded.value = true)}
      />
    </>
  );
}

interface SlideProps {
  media: MediaAttachment;
  /** Places from the one that is open. */
  offset: number;
  frame: Size;
  view: View;
  drag: { x: number; y: number };
}

/** One file in its place beside the others; what moves plays only while it is open. */
export function Slide({ media, offset, frame, view, drag }: SlideProps) {
  const isCurrent = offset === 0;
  const size = sizeOf(media, frame);
  const isDragged = drag.x !== 0 || drag.y !== 0;
  return (
    <div
      class={`${styles.slide} ${isDragged ? '' : styles.gliding}`}
      style={{ transform: `translate(calc(${offset * 100}% + ${drag.x}px), ${isCurrent ? drag.y : 0}px)` }}
      aria-hidden={!isCurrent}
    >
      <div
        class={styles.picture}
        style={{
          width: `${size.width}px`,
          height: `${size.height}px`,
          transform: isCurrent ? `translate(${view.x}px, ${view.y}px) scale(${view.scale})` : undefined,
        }}
      >
        {media.type === 'image' && <Still media={media} isCurrent={isCurrent} />}
        {media.type === 'gifv' && isCurrent && <MovingPicture media={media} isWhole />}
        {media.type === 'video' && isCurrent && <FilmPlayer media={media} isEager />}
      </div>
    </div>
  );
}
