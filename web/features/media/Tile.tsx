// One file of a post that is being written.
import { useSignal } from '@preact/signals';
import { ArrowLeft, ArrowRight, AudioLines, Check, FileImage, Film, RotateCcw, TriangleAlert, X } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { chooseAgain, type DraftMedia, type MediaList } from './draft-media.ts';
import { heldAt } from './layout.ts';
import { Placeholder } from './Placeholder.tsx';
import { previewOf, retryUpload, throwAway, uploadState, type UploadState } from './uploads.ts';
import styles from './Tile.module.css';

interface Props {
  item: DraftMedia;
  list: MediaList;
  place: number;
  isDragged: boolean;
  onGrab: (event: PointerEvent) => void;
  onDescribe: () => void;
  onMove: (step: -1 | 1) => void;
}

const isSound = ({ media }: DraftMedia, type: string): boolean => media?.type === 'audio' || type.startsWith('audio/');

/** What it looks like: the chosen file while this browser can show it, else what the server made of it, else a sign. */
export function Look({ item }: { item: DraftMedia }) {
  const isUnshowable = useSignal(false);
  const chosen = previewOf(item.key);
  const style = { objectPosition: heldAt(item.focus) };
  const made = item.media?.preview_url ?? (item.media?.type === 'image' ? item.media.url : null);
  if (chosen && !isUnshowable.value) {
    const giveUp = () => (isUnshowable.value = true);
    return chosen.file.type.startsWith('video/') ? (
      <video
        class={styles.look}
        style={style}
        src={`${chosen.address}#t=0.1`}
        muted
        playsInline
        preload="metadata"
        onError={giveUp}
        tabIndex={-1}
      />
    ) : (
      <img class={styles.look} style={style} src={chosen.address} alt="" draggable={false} onError={giveUp} />
    );
  }
  if (made) {
    return (
      <>
        <Placeholder hash={item.media?.blurhash} />
        <img class={styles.look} style={style} src={made} alt="" draggable={false} />
      </>
    );
  }
  const type = chosen?.file.type ?? '';
  const Sign = isSound(item, type) ? AudioLines : item.media?.type === 'video' ? Film : FileImage;
  return (
    <span class={styles.sign}>
      <Sign size={26} aria-hidden />
      <span class={styles.name}>{item.name}</span>
    </span>
  );
}

function Progress({ state, name }: { state: UploadState; name: string }) {
  const isSending = state.phase === 'sending';
  const words = isSending
    ? t(state.isAway ? 'media.away' : 'media.sending')
    : state.phase === 'processing'
      ? t('media.processing')
      : t('media.inLine');
  const percent = Math.round(state.share * 100);
  return (
    <div class={styles.progress}>
      <span class={styles.words}>
        {words}
        {state.share > 0 && <span class={styles.percent}> {t('media.percent', { percent })}</span>}
      </span>
      <progress max={100} value={state.share > 0 || isSending ? percent : undefined} aria-label={`${words} ${name}`} />
    </div>
  );
}

/** What went wrong, and what can be done about it. */
function Problem({ item, list, state }: { item: DraftMedia; list: MediaList; state: UploadState }) {
  const input = useRef<HTMLInputElement>(null);
  const isLost = state.phase === 'lost';
  return (
    <div class={styles.problem} role="alert">
      <TriangleAlert size={18} aria-hidden />
      <p>{isLost ? t('media.lost', { name: item.name }) : state.problem}</p>
      {state.mayRetry && (
        <button type="button" class={styles.retry} onClick={() => void retryUpload(item.key)}>
          <RotateCcw size={14} aria-hidden /> {t('common.retry')}
        </button>
      )}
      {isLost && (
        <>
          <button type="button" class={styles.retry} onClick={() => input.current?.click()}>
            {t('media.chooseAgain')}
          </button>
          <input
            ref={input}
            type="file"
            hidden
            aria-label={t('media.chooseAgain')}
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              if (file) chooseAgain(list, item.key, file);
            }}
          />
        </>
      )}
    </div>
  );
}

function Corner({ label, onClick, children }: { label: string; onClick: () => void; children: ComponentChildren }) {
  return (
    <button type="button" class={styles.corner} aria-label={label} title={label} onClick={onClick}>
      {children}
    </button>
  );
}

export function Tile({ item, list, place, isDragged, onGrab, onDescribe, onMove }: Props) {
  const state = uploadState(item.key, item.media);
  const name = item.description || item.name || t('media.number', { number: place + 1 });
  const isDescribed = item.description.trim() !== '';
  const isWrong = state.phase === 'failed' || state.phase === 'lost';
  const remove = () => {
    // What a post shows already is its server's to delete, when the edit is saved.
    if (item.key !== item.media?.id) throwAway(item.key, item.media);
    list.change((items) => items.filter(({ key }) => key !== item.key));
  };
  return (
    <li
      class={`${styles.tile} ${isDragged ? styles.dragged : ''} ${isWrong ? styles.wrong : ''}`}
      data-media={item.key}
    >
      <div class={styles.picture} onPointerDown={onGrab}>
        <Look item={item} />
      </div>
      {isWrong && <Problem item={item} list={list} state={state} />}
      <div class={styles.top}>
        {list.items.length > 1 && (
          <>
            {place > 0 && (
              <Corner label={t('media.earlier', { name })} onClick={() => onMove(-1)}>
                <ArrowLeft size={16} aria-hidden />
              </Corner>
            )}
            {place < list.items.length - 1 && (
              <Corner label={t('media.later', { name })} onClick={() => onMove(1)}>
                <ArrowRight size={16} aria-hidden />
              </Corner>
            )}
          </>
        )}
        <span class={styles.gap} />
        <Corner label={t('media.remove', { name })} onClick={remove}>
          <X size={16} aria-hidden />
        </Corner>
      </div>
      {!isWrong && (
        <div class={styles.bottom}>
          {state.phase !== 'ready' && <Progress state={state} name={name} />}
          <button
            type="button"
            class={`${styles.describe} ${isDescribed ? styles.done : ''}`}
            aria-label={isDescribed ? t('media.changeWords', { name }) : t('media.describeName', { name })}
            onClick={onDescribe}
          >
            {isDescribed && <Check size={14} aria-hidden />}
            {isDescribed ? t('media.described') : t('media.describe')}
          </button>
        </div>
      )}
    </li>
  );
}
