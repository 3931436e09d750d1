// Starts the web app: what must be there before the first render, then the page, then what runs beside it.
import '@fontsource-variable/atkinson-hyperlegible-next/wght.css';
import './ui/theme.css';
import './ui/base.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { keepNotifications } from './features/notifications/notification-list.ts';
import { keepMediaPreferences } from './features/media/preferences.ts';
import { growThreads } from './features/posts/threads.ts';
import { keepOwnStream } from './features/timelines/live.ts';
import { applyAppearance } from './lib/appearance.ts';
import { loadLanguage } from './lib/i18n.ts';
import { keepPlaces } from './lib/navigation.ts';
import { openSession } from './lib/session.ts';
import { keepSocket } from './lib/socket.ts';

/** A page younger than this is not reloaded by itself, or it might never stop. */
const RELOAD_AFTER_MS = 10_000;

// After an upgrade of the server the files of the old page are gone: a fresh page has the new ones.
addEventListener('vite:preloadError', () => {
  if (performance.now() > RELOAD_AFTER_MS) location.reload();
});

applyAppearance();
openSession();
keepPlaces();
await loadLanguage();

const root = document.getElementById('app');
if (root) render(<App />, root);

keepSocket();
keepMediaPreferences();
growThreads();
keepOwnStream();
keepNotifications();
