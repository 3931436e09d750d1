// Where the viewer appears; once in the app.
import { useEffect } from 'preact/hooks';
import { whenNeeded } from '#web/ui/when-needed.tsx';
import { closeViewer, keepViewerStep, viewed } from './viewer.ts';

const Viewer = whenNeeded(() => import('./Viewer.tsx').then((file) => file.Viewer), closeViewer);

/** The viewer while something is open. */
export function ViewerHost() {
  useEffect(keepViewerStep, []);
  return viewed.value && <Viewer shown={viewed.value} />;
}
