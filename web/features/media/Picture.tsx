// A picture that appears over its blurred self, cut around its focal point where its place has another shape.
import { useSignal } from '@preact/signals';
import { ImageOff } from 'lucide-preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { heldAt } from './layout.ts';
import { Placeholder } from './Placeholder.tsx';
import styles from './Picture.module.css';

interface Props {
  media: MediaAttachment;
  /** The address, where it is not the preview. */
  src?: string | null;
  /** An empty text where something else already says what it shows. */
  alt?: string;
}

/** What a picture shows, in words; a word that there are none where its author wrote nothing. */
export const describe = ({ description, type }: MediaAttachment): string =>
  description || t(`media.undescribed.${type}`);

/** Fills the nearest positioned element around it. */
export function Picture({ media, src = media.preview_url ?? media.url, alt = describe(media) }: Props) {
  const state = useSignal<'loading' | 'shown' | 'broken'>('loading');
  const image = useRef<HTMLImageElement>(null);
  useLayoutEffect(() => {
    // One from the cache is there at once: it does not fade in.
    if (image.current?.complete && image.current.naturalWidth > 0) state.value = 'shown';
    else if (state.peek() === 'broken') state.value = 'loading';
  }, [src]);
  return (
    <>
      {state.value !== 'shown' && <Placeholder hash={media.blurhash} />}
      {src && (
        <img
          ref={image}
          class={`${styles.picture} ${state.value === 'shown' ? styles.shown : ''}`}
          src={src}
          alt={alt}
          loading="lazy"
          decoding="async"
          draggable={false}
          style={{ objectPosition: heldAt(media.meta?.focus) }}
          onLoad={() => (state.value = 'shown')}
          onError={() => (state.value = 'broken')}
        />
      )}
      {state.value === 'broken' && (
        <span class={styles.broken} aria-hidden>
          <ImageOff size={22} />
          {alt && <span class={styles.words}>{alt}</span>}
        </span>
      )}
    </>
  );
}
