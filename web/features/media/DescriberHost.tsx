// Where the dialog for words appears; once in the app.
import { whenNeeded } from '#web/ui/when-needed.tsx';
import { describing } from './describing.ts';

const Describer = whenNeeded(
  () => import('./Describer.tsx').then((file) => file.Describer),
  () => (describing.value = null),
);

/** The dialog while a file is being described. */
export function DescriberHost() {
  return describing.value && <Describer shown={describing.value} />;
}
