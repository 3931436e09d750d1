// Where the dialog for words appears; once in the app. Its code is fetched when it is first opened.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { tell } from '#web/lib/toasts.ts';
import { describing, type Describing } from './describing.ts';

const loaded = signal<ComponentType<{ shown: Describing }> | null>(null);

function load(): void {
  import('./Describer.tsx')
    .then(({ Describer }) => (loaded.value = Describer))
    .catch(() => {
      describing.value = null;
      tell(t('error.offline'), { kind: 'failed' });
    });
}

/** The dialog while a file is being described. */
export function DescriberHost() {
  const isOpen = describing.value !== null;
  useEffect(() => {
    if (isOpen && !loaded.peek()) load();
  }, [isOpen]);
  const Opened = loaded.value;
  return Opened && describing.value ? <Opened shown={describing.value} /> : null;
}
