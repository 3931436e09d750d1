// How files come into a post that is being written: chosen, dropped, pasted; and when such a post may go out.
import { useSignal, type Signal } from '@preact/signals';
import { ImagePlus } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { openDescriber } from '#web/features/media/describing.ts';
import { addFiles, readiness, undescribed, type MediaList } from '#web/features/media/draft-media.ts';
import { describingRule } from '#web/features/media/preferences.ts';
import { t } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { tell } from '#web/lib/toasts.ts';
import { ask } from '#web/ui/Ask.tsx';
import { IconButton } from '#web/ui/Button.tsx';

const MOST = 4;

const most = (): number => instance.value?.configuration.statuses.max_media_attachments ?? MOST;

/** Takes what there is room for, and says so when that is not all. */
function take(list: MediaList, files: readonly File[]): void {
  const left = files.length ? addFiles(list, files, most()) : 0;
  if (left > 0) tell(t('media.tooMany', { count: most(), left }), { kind: 'failed' });
}

const filesOf = (carried: DataTransfer | null): File[] => [...(carried?.files ?? [])];

/** The attributes of the form on which files may be dropped and pasted, and whether some hang over it just now. */
export function useFileDrop(list: MediaList) {
  const isOver = useSignal(false);
  const carriesFiles = (event: DragEvent) => most() > 0 && event.dataTransfer?.types.includes('Files') === true;
  return {
    isOver,
    attributes: {
      onDragOver: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        isOver.value = true;
      },
      onDragLeave: (event: DragEvent) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget instanceof Node && event.currentTarget.contains(to)))
          isOver.value = false;
      },
      onDrop: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        isOver.value = false;
        take(list, filesOf(event.dataTransfer));
      },
      onPaste: (event: ClipboardEvent) => {
        const files = filesOf(event.clipboardData);
        // Office programs put a picture of the text beside the text: then the text is meant.
        if (!files.length || most() === 0 || event.clipboardData?.types.includes('text/plain')) return;
        event.preventDefault();
        take(list, files);
      },
    },
  };
}

/** The button that opens the device's own choice of files. */
export function AttachButton({ list }: { list: MediaList }) {
  const input = useRef<HTMLInputElement>(null);
  const types = instance.value?.configuration.media_attachments?.supported_mime_types;
  const isFull = list.items.length >= most();
  if (most() === 0) return null;
  return (
    <>
      <IconButton
        label={isFull ? t('media.full', { count: most() }) : t('media.attach')}
        disabled={isFull}
        onClick={() => input.current?.click()}
      >
        <ImagePlus size={18} aria-hidden />
      </IconButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t('media.attach')}
        accept={types?.length ? types.join(',') : 'image/*,video/*,audio/*'}
        onChange={(event) => {
          const { currentTarget } = event;
          take(list, [...(currentTarget.files ?? [])]);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}

/** Asks about files without words, as their owner wants to be asked; resolves with whether the post may go out. */
export async function mayGoUndescribed(list: MediaList): Promise<boolean> {
  const rule = describingRule();
  const [first, ...others] = undescribed(list.items);
  if (rule === 'off' || !first) return true;
  let wantsToDescribe = false;
  const isSure = await ask({
    title: t('media.undescribedTitle', { count: others.length + 1 }),
    text: rule === 'require' ? t('media.undescribedRequired') : t('media.undescribedText'),
    yes: rule === 'require' ? null : t('media.postAnyway'),
    instead: { label: t('media.describeNow'), run: () => (wantsToDescribe = true) },
  });
  if (wantsToDescribe) openDescriber(list, first.key);
  return isSure;
}

/** Whether a post waits for its files, and what happens when they are there. */
export function useWaiting(list: MediaList, send: () => void, onProblem: (text: string) => void) {
  const isWaiting: Signal<boolean> = useSignal(false);
  const state = readiness(list.items);
  useEffect(() => {
    if (!isWaiting.peek() || state === 'underway') return;
    isWaiting.value = false;
    if (state === 'ready') send();
    else onProblem(t('media.someFailed'));
  }, [state]);
  return { isWaiting, state };
}
