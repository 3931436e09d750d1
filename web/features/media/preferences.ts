// What somebody wants of pictures and films, here and in all their browsers: kept by the server, remembered for the next start.
import { effect } from '@preact/signals';
import { get, request, token } from '#web/lib/api.ts';
import { remembered } from '#web/lib/remember.ts';
import { instance } from '#web/lib/instance.ts';

export const DESCRIBING = ['off', 'remind', 'require'] as const;
export const SHOWING = ['default', 'show_all', 'hide_all'] as const;

export interface MediaPreferences {
  /** What happens when a post is about to go out with pictures that nobody described. */
  describe: (typeof DESCRIBING)[number];
  /** Whether moving pictures move by themselves. */
  autoplay: boolean;
  /** Which pictures wait behind a cover: those marked as sensitive, none, or all. */
  show: (typeof SHOWING)[number];
}

const USUAL: MediaPreferences = { describe: 'remind', autoplay: true, show: 'default' };

const known = remembered<MediaPreferences>('media-preferences');

/** The choices, as they usually are until the server has told. */
export const mediaPreferences = (): MediaPreferences => ({ ...USUAL, ...known.value });

/** Fetches the choices of whoever is signed in, and forgets them for the next one at this browser. Call once. */
export function keepMediaPreferences(): void {
  effect(() => {
    if (token.value === null) known.value = null;
    else
      get<MediaPreferences>('/api/preferences/media')
        .then((fresh) => (known.value = fresh))
        // As they were known, or usual: nothing stops because of it.
        .catch(() => {});
  });
}

/** Changes some; the page follows at once, and goes back when the server refuses. @throws {ApiError} */
export async function changeMediaPreferences(changes: Partial<MediaPreferences>): Promise<void> {
  const before = known.peek();
  known.value = { ...USUAL, ...before, ...changes };
  try {
    known.value = await request<MediaPreferences>('PATCH', '/api/preferences/media', { body: changes });
  } catch (cause) {
    known.value = before;
    throw cause;
  }
}

/** What happens to undescribed pictures: the stricter of the person's own choice and the server's rule. */
export function describingRule(): MediaPreferences['describe'] {
  return instance.value?.configuration.media_attachments?.description_required
    ? 'require'
    : mediaPreferences().describe;
}

/** Whether moving pictures may start by themselves: not for people whose system asks for less motion. */
export function mayMove(): boolean {
  return mediaPreferences().autoplay && !matchMedia('(prefers-reduced-motion: reduce)').matches;
}
