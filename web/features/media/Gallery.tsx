// The pictures, films and sounds of a post: pictures in rows that know their height before anything is loaded, sounds and
// files below, all behind a cover where the author, a filter or the reader wants one.
import { useSignal } from '@preact/signals';
import { EyeOff, ExternalLink, Play } from 'lucide-preact';
import { t } from '#web/lib/i18n.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { Button } from '#web/ui/Button.tsx';
import { AltBadge } from './AltBadge.tsx';
import { Film, Length } from './Film.tsx';
import { arrange, cellAspect } from './layout.ts';
import { MovingPicture } from './MovingPicture.tsx';
import { describe, Picture } from './Picture.tsx';
import { Placeholder } from './Placeholder.tsx';
import { mediaPreferences } from './preferences.ts';
import { isPending, Pending } from './Pending.tsx';
import { Sound } from './Sound.tsx';
import { openViewer, type ViewedPost } from './viewer.ts';
import styles from './Gallery.module.css';

interface Props {
  attachments: readonly MediaAttachment[];
  /** Its author marked it as sensitive. */
  isSensitive: boolean;
  /** The reader's filters because of which it waits. */
  blurredBy?: string | undefined;
  /** The post, for the way back to it from the viewer. */
  post?: ViewedPost;
  /** It is the reader's own post: what is not ready yet may be followed and tried again. */
  isOwn?: boolean;
}

/** Alone, a picture keeps its shape between these; width by height. */
const ALONE_TALLEST = 0.5;
const ALONE_WIDEST = 3.2;
const ALONE_HIGHEST_PX = 540;

const isSeen = ({ type }: MediaAttachment): boolean => type === 'image' || type === 'gifv' || type === 'video';

interface CellProps {
  media: MediaAttachment;
  /** Opens the viewer at this one. */
  onOpen: (event: MouseEvent) => void;
  isAlone: boolean;
  isOwn: boolean;
}

function Inside({ media, onOpen, isAlone, isOwn }: CellProps) {
  if (isPending(media)) return <Pending media={media} isOwn={isOwn} />;
  if (media.type === 'video' && isAlone) return <Film media={media} />;
  const address = media.url ?? media.remote_url ?? '';
  return (
    <>
      {media.type === 'gifv' ? (
        <>
          <MovingPicture media={media} />
          <a
            class={styles.over}
            href={address}
            onClick={onOpen}
            aria-label={t('media.enlarge', { name: describe(media) })}
          />
        </>
      ) : (
        <a class={styles.open} href={address} onClick={onOpen} aria-haspopup="dialog">
          <Picture media={media} src={media.type === 'video' ? media.preview_url : undefined} />
          {media.type === 'video' && (
            <>
              <span class={styles.play} aria-hidden>
                <Play size={20} fill="currentColor" />
              </span>
              <Length media={media} />
            </>
          )}
        </a>
      )}
      {media.description && (
        <span class={styles.badge}>
          <AltBadge text={media.description} />
        </span>
      )}
    </>
  );
}

function Alone(props: CellProps) {
  const { width, height } = props.media.meta?.original ?? props.media.meta?.small ?? {};
  const shape = width && height ? width / height : props.media.type === 'video' ? 16 / 9 : 4 / 3;
  const aspect = Math.min(ALONE_WIDEST, Math.max(ALONE_TALLEST, shape));
  return (
    <div
      class={styles.cell}
      style={{ aspectRatio: String(aspect), width: `min(100%, ${Math.round(ALONE_HIGHEST_PX * aspect)}px)` }}
    >
      <Inside {...props} />
    </div>
  );
}

/** What is drawn while nobody has agreed to see it: the same shape, in blurred colours. */
function Covered({
  attachments,
  text,
  onShow,
}: {
  attachments: readonly MediaAttachment[];
  text: string;
  onShow: () => void;
}) {
  return (
    <div class={styles.cover}>
      <span class={styles.blurs} aria-hidden>
        {attachments.filter(isSeen).map((media) => (
          <span key={media.id} class={styles.blur}>
            <Placeholder hash={media.blurhash} />
          </span>
        ))}
      </span>
      <span class={styles.plate}>
        <EyeOff size={22} aria-hidden />
        <span>{text}</span>
        <Button size="small" onClick={onShow}>
          {t('media.show', { count: attachments.length })}
        </Button>
      </span>
    </div>
  );
}

/** Why the pictures wait behind a cover; null where they do not. */
function coverText({ isSensitive, blurredBy }: Props): string | null {
  if (blurredBy) return t('post.filtered', { titles: blurredBy });
  const { show } = mediaPreferences();
  if (show === 'hide_all') return isSensitive ? t('post.sensitive') : t('media.hiddenByYou');
  return isSensitive && show === 'default' ? t('post.sensitive') : null;
}

function Seen({ seen, post, isOwn = false }: { seen: readonly MediaAttachment[]; post?: ViewedPost; isOwn?: boolean }) {
  const ready = seen.filter((media) => !isPending(media));
  const opener = (media: MediaAttachment) => (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    openViewer({ attachments: ready, place: ready.indexOf(media), post });
  };
  const cell = (media: MediaAttachment, isAlone: boolean) => ({ media, onOpen: opener(media), isAlone, isOwn });
  const [first] = seen;
  if (seen.length === 1 && first) return <Alone {...cell(first, true)} />;
  const rows = arrange(seen.map(({ meta }) => cellAspect(meta?.original?.width, meta?.original?.height)));
  return (
    <div class={styles.rows}>
      {rows.map(({ aspect, cells }) => (
        <div key={cells[0]?.place} class={styles.row} style={{ aspectRatio: String(aspect) }}>
          {cells.map(({ place, share }) => {
            const media = seen[place];
            return (
              media && (
                <div key={media.id} class={styles.cell} style={{ flexGrow: share }}>
                  <Inside {...cell(media, false)} />
                </div>
              )
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** Everything that a post carries. */
export function Gallery(props: Props) {
  const { attachments, post, isOwn = false } = props;
  const isShown = useSignal(false);
  if (!attachments.length) return null;
  const reason = coverText(props);
  if (reason !== null && !isShown.value) {
    return (
      <div class={styles.gallery}>
        <Covered attachments={attachments} text={reason} onShow={() => (isShown.value = true)} />
      </div>
    );
  }
  const seen = attachments.filter(isSeen);
  return (
    <div class={styles.gallery}>
      {seen.length > 0 && <Seen seen={seen} post={post} isOwn={isOwn} />}
      {attachments
        .filter(({ type }) => type === 'audio')
        .map((media) =>
          isPending(media) ? (
            <div key={media.id} class={styles.waiting}>
              <Pending media={media} isOwn={isOwn} />
            </div>
          ) : (
            <Sound key={media.id} media={media} />
          ),
        )}
      {attachments
        .filter(({ type }) => type === 'unknown')
        .map((media) => (
          <FileLink key={media.id} media={media} />
        ))}
      {reason !== null && (
        <Button size="small" look="quiet" onClick={() => (isShown.value = false)}>
          <EyeOff size={16} aria-hidden />
          {t('media.hide')}
        </Button>
      )}
    </div>
  );
}

/** What cannot be shown here, as a link to where it is. */
function FileLink({ media }: { media: MediaAttachment }) {
  const address = media.remote_url ?? media.url;
  if (!address) return null;
  return (
    <a class={styles.file} href={address} target="_blank" rel="noopener noreferrer">
      <ExternalLink size={18} aria-hidden />
      <span>
        <strong>{t('media.openOriginal')}</strong>
        {media.description && <span class={styles.words}>{media.description}</span>}
      </span>
    </a>
  );
}
