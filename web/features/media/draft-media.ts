// The pictures, films and sounds of a post that is being written: what of them is kept with the draft, and what happens to them.
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { ApiError, get, request } from '#web/lib/api.ts';
import { randomWord } from '#web/lib/random-word.ts';
import { beginUpload, resumeUpload, uploadState } from './uploads.ts';

export interface DraftMedia {
  /** Its name in this browser, also before the server has it. */
  key: string;
  /** As the server last told; null until it has the file. */
  media: MediaAttachment | null;
  /** The file's name, by which its owner knows it. */
  name: string;
  description: string;
  /** What must stay visible when it is cut: from -1 to 1, up is positive. */
  focus: { x: number; y: number };
}

/** The list of a draft as it is at each moment, and how it is changed: by a function, because answers come while other things change too. */
export interface MediaList {
  readonly items: readonly DraftMedia[];
  change: (change: (items: readonly DraftMedia[]) => DraftMedia[]) => void;
}

const MIDDLE = { x: 0, y: 0 };

/** What a post shows already, as part of the draft that edits it. */
export const asDraftMedia = (media: MediaAttachment): DraftMedia => ({
  key: media.id,
  media,
  name: '',
  description: media.description ?? '',
  focus: media.meta?.focus ?? MIDDLE,
});

const replace = (list: MediaList, key: string, changes: Partial<DraftMedia>) =>
  list.change((items) => items.map((one) => (one.key === key ? { ...one, ...changes } : one)));

/** Changes words or focus of one. */
export const changeOne = (list: MediaList, key: string, changes: Partial<Pick<DraftMedia, 'description' | 'focus'>>) =>
  replace(list, key, changes);

/** Adds files and begins to send them, at most as many as there is room for; returns how many had none. */
export function addFiles(list: MediaList, files: readonly File[], most: number): number {
  const taken = files.slice(0, Math.max(0, most - list.items.length));
  const added = taken.map((file) => ({
    key: randomWord(),
    media: null,
    name: file.name,
    description: '',
    focus: MIDDLE,
  }));
  list.change((items) => [...items, ...added]);
  added.forEach(({ key }, place) => {
    const file = taken[place];
    if (file) beginUpload(key, file, (media) => replace(list, key, { media }));
  });
  return files.length - taken.length;
}

/** Sends a file in the place of one that was lost with an earlier page; its words and focus stay. */
export function chooseAgain(list: MediaList, key: string, file: File): void {
  replace(list, key, { media: null, name: file.name });
  beginUpload(key, file, (media) => replace(list, key, { media }));
}

/** Moves one by so many places. Returns its new place, from 0. */
export function moveBy(list: MediaList, key: string, step: number): number {
  const from = list.items.findIndex((one) => one.key === key);
  const to = Math.min(list.items.length - 1, Math.max(0, from + step));
  list.change((items) => {
    const moved = items.find((one) => one.key === key);
    const others = items.filter((one) => one.key !== key);
    return moved ? [...others.slice(0, to), moved, ...others.slice(to)] : [...items];
  });
  return to;
}

/** Takes up what an earlier page left: what was being made ready is followed, what the server no longer has counts as lost. */
export function revive(list: MediaList): void {
  for (const { key, media } of list.items) {
    if (!media) continue;
    const onMedia = (fresh: MediaAttachment) => replace(list, key, { media: fresh });
    if (media.url === null) resumeUpload(key, media, onMedia);
    else
      get<MediaAttachment>(`/api/v1/media/${media.id}`)
        .then(onMedia)
        .catch((cause) => {
          if (cause instanceof ApiError && cause.status === 404) replace(list, key, { media: null });
        });
  }
}

/** How far the files of a draft are, all together. */
export function readiness(items: readonly DraftMedia[]): 'ready' | 'underway' | 'failed' {
  const phases = items.map(({ key, media }) => uploadState(key, media).phase);
  if (phases.some((phase) => phase === 'failed' || phase === 'lost')) return 'failed';
  return phases.every((phase) => phase === 'ready') ? 'ready' : 'underway';
}

/** Those that nobody described, of the kinds that want it. */
export const undescribed = (items: readonly DraftMedia[]): DraftMedia[] =>
  items.filter(({ description }) => description.trim() === '');

/** A focal point as the API reads it. */
export const focusText = ({ x, y }: DraftMedia['focus']): string => `${x.toFixed(3)},${y.toFixed(3)}`;

/** Whether words or focus differ from what the server has. */
export function isChanged({ media, description, focus }: DraftMedia): boolean {
  const { x, y } = media?.meta?.focus ?? MIDDLE;
  const isMoved = Math.abs(x - focus.x) > 0.001 || Math.abs(y - focus.y) > 0.001;
  return media !== null && (isMoved || (media.description ?? '') !== description.trim());
}

/** Sends a picture that shall stand for a film or a sound. @throws {ApiError} */
export async function setCover(list: MediaList, { key, media }: DraftMedia, file: File): Promise<void> {
  const form = new FormData();
  form.set('thumbnail', file);
  const saved = await request<MediaAttachment>('PUT', `/api/v1/media/${media?.id ?? ''}`, { form });
  replace(list, key, { media: saved });
}

/** Tells the server the words and focus of those that no post shows yet. @throws {ApiError} */
export async function saveDetails(list: MediaList): Promise<void> {
  await Promise.all(
    list.items.filter(isChanged).map(async ({ key, media, description, focus }) => {
      const body = { description: description.trim(), focus: focusText(focus) };
      const saved = await request<MediaAttachment>('PUT', `/api/v1/media/${media?.id ?? ''}`, { body });
      replace(list, key, { media: saved });
    }),
  );
}
