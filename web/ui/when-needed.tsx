// A part of the page in a file of its own, fetched when it is first shown.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { tell } from '#web/lib/toasts.ts';

/** The component: nothing until its file is there. When it cannot be had, a word says so, and `onFailure` puts things back. */
export function whenNeeded<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  onFailure: () => void = () => {},
): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | null>(null);
  return (props: Props) => {
    useEffect(() => {
      if (loaded.peek()) return;
      load()
        .then((Component) => (loaded.value = Component))
        .catch(() => {
          onFailure();
          tell(t('error.offline'), { kind: 'failed' });
        });
    }, []);
    const Component = loaded.value;
    return Component ? <Component {...props} /> : null;
  };
}
