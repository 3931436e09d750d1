// The pictures, films and sounds of a post; hidden behind a button while the post marks them as sensitive.
import { useSignal } from '@preact/signals';
import { EyeOff } from 'lucide-preact';
import { t } from '#web/lib/i18n.ts';
import type { MediaAttachment, Status } from '#web/lib/wire.ts';
import { Button } from '#web/ui/Button.tsx';
import styles from './PostMedia.module.css';

function Attachment({ media, isAlone }: { media: MediaAttachment; isAlone: boolean }) {
  const address = media.url ?? media.remote_url;
  if (!address) return null;
  const text = media.description ?? '';
  const { width, height } = media.meta?.original ?? {};
  if (media.type === 'video') {
    return (
      <video
        class={styles.media}
        src={address}
        poster={media.preview_url ?? undefined}
        controls
        preload="none"
        aria-label={text}
      />
    );
  }
  if (media.type === 'gifv')
    return <video class={styles.media} src={address} loop muted controls playsInline aria-label={text} />;
  if (media.type === 'audio')
    return <audio class={styles.sound} src={address} controls preload="none" aria-label={text} />;
  if (media.type === 'unknown') {
    return (
      <a class={styles.file} href={address} target="_blank" rel="noopener noreferrer">
        {text || t('post.openFile')}
      </a>
    );
  }
  return (
    <a class={styles.picture} href={address} target="_blank" rel="noopener noreferrer">
      <img
        src={media.preview_url ?? address}
        alt={text || t('post.pictureWithoutText')}
        title={text || undefined}
        width={width}
        height={height}
        loading="lazy"
        style={isAlone && width && height ? { aspectRatio: `${width} / ${height}` } : undefined}
      />
    </a>
  );
}

/** All attachments of a post, in a grid. */
export function PostMedia({ status, blurredBy }: { status: Status; blurredBy?: string }) {
  const isShown = useSignal(false);
  const attachments = status.media_attachments;
  if (!attachments.length) return null;
  const isSensitive = status.sensitive && !status.spoiler_text;
  if ((isSensitive || blurredBy) && !isShown.value) {
    return (
      <div class={styles.hidden}>
        <EyeOff size={22} aria-hidden />
        <p>{isSensitive ? t('post.sensitive') : t('post.filtered', { titles: blurredBy ?? '' })}</p>
        <Button size="small" onClick={() => (isShown.value = true)}>
          {t('post.showMedia', { count: attachments.length })}
        </Button>
      </div>
    );
  }
  return (
    <div class={`${styles.grid} ${attachments.length === 1 ? styles.alone : ''}`}>
      {attachments.map((media) => (
        <Attachment key={media.id} media={media} isAlone={attachments.length === 1} />
      ))}
    </div>
  );
}
