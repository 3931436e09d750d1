// Where the viewer appears; once in the app. Its code is fetched when it is first opened.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { tell } from '#web/lib/toasts.ts';
import { closeViewer, keepViewerStep, viewed, type Viewed } from './viewer.ts';

const loaded = signal<ComponentType<{ shown: Viewed }> | null>(null);

/** Fetches the viewer; when that fails, a word says so. */
function load(): void {
  import('./Viewer.tsx')
    .then(({ Viewer }) => (loaded.value = Viewer))
    .catch(() => {
      closeViewer();
      tell(t('error.offline'), { kind: 'failed' });
    });
}

/** The viewer while something is open. */
export function ViewerHost() {
  useEffect(keepViewerStep, []);
  const isOpen = viewed.value !== null;
  useEffect(() => {
    if (isOpen && !loaded.peek()) load();
  }, [isOpen]);
  const Opened = loaded.value;
  return isOpen && Opened && viewed.value ? <Opened shown={viewed.value} /> : null;
}
