// The words of the pages for the staff, which come with these pages.
import { wordsApart } from '#web/lib/i18n.ts';
import en from '#web/locales/staff/en.json' with { type: 'json' };

/** A word of theirs in the language in use; `areReady` waits for it. */
export const { say, areReady } = wordsApart(en, {
  de: () => import('#web/locales/staff/de.json', { with: { type: 'json' } }),
});
