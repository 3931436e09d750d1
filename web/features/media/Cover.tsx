// The picture that stands for a film or a sound: chosen here, sent at once.
import { useSignal } from '@preact/signals';
import { ImageUp } from 'lucide-preact';
import { t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import { FileButton } from '#web/ui/FileButton.tsx';
import { setCover, type DraftMedia, type MediaList } from './draft-media.ts';
import styles from './Describer.module.css';

/** For a film or sound that the server has and no post shows yet; else nothing. */
export function Cover({ item, list }: { item: DraftMedia; list: MediaList }) {
  const isBusy = useSignal(false);
  const { key, media } = item;
  const hasCover = media?.type === 'video' || media?.type === 'audio';
  // What stands in a post already has the post's media for its key.
  if (!media?.url || !hasCover || key === media.id) return null;
  const take = async (file: File) => {
    if (isBusy.peek()) return;
    isBusy.value = true;
    await setCover(list, item, file).then(() => tell(t('media.coverSet')), tellFailure);
    isBusy.value = false;
  };
  return (
    <div class={styles.buttons}>
      <FileButton
        label={t('media.chooseCover')}
        accept="image/*"
        size="small"
        isBusy={isBusy.value}
        onFile={(file) => void take(file)}
      >
        <ImageUp size={16} aria-hidden />
      </FileButton>
    </div>
  );
}
