// One file after the other: large, with words for those who cannot see or hear it, and the point that must stay visible.
// In a file of its own, loaded when it is opened.
import { useSignal } from '@preact/signals';
import { ChevronLeft, ChevronRight } from 'lucide-preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { Button, IconButton } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { Cover } from './Cover.tsx';
import { describing, type Describing } from './describing.ts';
import { changeOne, type DraftMedia, type MediaList } from './draft-media.ts';
import { FilmPlayer } from './Film.tsx';
import { FocusPicker } from './FocusPicker.tsx';
import { Sound } from './Sound.tsx';
import { Look } from './Tile.tsx';
import { previewOf } from './uploads.ts';
import styles from './Describer.module.css';

const USUAL_LIMIT = 1500;
/** Below so many the number is said. */
const TIGHT = 100;

const letters = new Intl.Segmenter();
/** Characters as people see them, as the server counts. */
const countLetters = (text: string): number => (text.length > 20_000 ? text.length : [...letters.segment(text)].length);

/** The shape of a picture: as the server measured it, else as this browser does. */
function useAspect(item: DraftMedia): number | null {
  const measured = useSignal<number | null>(null);
  const chosen = previewOf(item.key)?.address;
  const { width, height } = item.media?.meta?.original ?? {};
  useEffect(() => {
    measured.value = null;
    if (!chosen) return;
    const picture = new Image();
    picture.onload = () => (measured.value = picture.naturalWidth / Math.max(1, picture.naturalHeight));
    picture.src = chosen;
    return () => (picture.onload = null);
  }, [chosen]);
  return width && height ? width / height : measured.value;
}

function Shown({ item, list }: { item: DraftMedia; list: MediaList }) {
  const aspect = useAspect(item);
  const { media } = item;
  if (media?.url && media.type === 'audio') return <Sound media={media} />;
  if (media?.url && media.type === 'video')
    return (
      <div class={styles.film}>
        <FilmPlayer media={media} />
      </div>
    );
  if (!aspect) {
    return (
      <div class={styles.plain}>
        <Look item={item} />
      </div>
    );
  }
  return (
    <>
      <FocusPicker aspect={aspect} focus={item.focus} onFocus={(focus) => changeOne(list, item.key, { focus })}>
        <Look item={item} />
      </FocusPicker>
      <div class={styles.cuts}>
        <p class={styles.hint}>{t('media.focusHint')}</p>
        <span class={styles.wide} aria-hidden>
          <Look item={item} />
        </span>
        <span class={styles.square} aria-hidden>
          <Look item={item} />
        </span>
      </div>
    </>
  );
}

function Words({ item, list, onDone }: { item: DraftMedia; list: MediaList; onDone: () => void }) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const limit = instance.value?.configuration.media_attachments?.description_limit ?? USUAL_LIMIT;
  const left = limit - countLetters(item.description);
  useEffect(() => area.current?.focus(), [item.key]);
  return (
    <div class={styles.words}>
      <label for={id} class={styles.label}>
        {t(item.media?.type === 'audio' ? 'media.wordsForSound' : 'media.words')}
      </label>
      <textarea
        ref={area}
        id={id}
        rows={4}
        dir="auto"
        value={item.description}
        aria-describedby={`${id}-room`}
        aria-invalid={left < 0 || undefined}
        placeholder={t('media.wordsHint')}
        onInput={(event) => changeOne(list, item.key, { description: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onDone();
        }}
      />
      <p id={`${id}-room`} class={left < 0 ? styles.over : styles.room} role={left < TIGHT ? 'status' : undefined}>
        {t('compose.left', { count: left })}
      </p>
    </div>
  );
}

/** The dialog for one draft. */
export function Describer({ shown: { list, key } }: { shown: Describing }) {
  const { items } = list;
  const place = items.findIndex((one) => one.key === key);
  const item = items[place];
  const close = () => (describing.value = null);
  useEffect(() => {
    // It was taken out meanwhile.
    if (!item) close();
  }, [item === undefined]);
  if (!item) return null;
  const turn = (step: -1 | 1) => {
    const next = items[place + step];
    if (next) describing.value = { list, key: next.key };
  };
  return (
    <Dialog
      title={t('media.describeTitle')}
      shape="sheet"
      onClose={close}
      action={
        items.length > 1 && (
          <span class={styles.turns}>
            <IconButton label={t('media.previous')} aria-disabled={place === 0} onClick={() => turn(-1)}>
              <ChevronLeft size={20} aria-hidden />
            </IconButton>
            <span role="status">{t('media.place', { number: place + 1, count: items.length })}</span>
            <IconButton label={t('media.next')} aria-disabled={place === items.length - 1} onClick={() => turn(1)}>
              <ChevronRight size={20} aria-hidden />
            </IconButton>
          </span>
        )
      }
    >
      <div class={styles.describer}>
        <Shown key={item.key} item={item} list={list} />
        <Cover item={item} list={list} />
        <Words item={item} list={list} onDone={close} />
        <div class={styles.buttons}>
          {place < items.length - 1 && <Button onClick={() => turn(1)}>{t('media.next')}</Button>}
          <Button look="filled" onClick={close}>
            {t('media.done')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
