// Which pictures are open over the page. The browser's Back closes them, so opening them is a step of its history.
import { signal } from '@preact/signals';
import type { MediaAttachment } from '#web/lib/wire/media.ts';

/** The post that the pictures belong to. */
export interface ViewedPost {
  path: string;
  /** Its author, as people write it. */
  by: string;
}

export interface Viewed {
  attachments: readonly MediaAttachment[];
  /** Which one is open, from 0. */
  place: number;
  post?: ViewedPost | undefined;
}

/** What the viewer shows; null while it is closed. */
export const viewed = signal<Viewed | null>(null);

const STEP = 'viewer';

/** Opens the viewer over the page. */
export function openViewer(next: Viewed): void {
  if (!viewed.peek()) history.pushState({ [STEP]: true }, '');
  viewed.value = next;
}

/** Closes it, as Back does. */
export function closeViewer(): void {
  if (!viewed.peek()) return;
  if (history.state?.[STEP]) history.back();
  else viewed.value = null;
}

/** Closes it for a page that takes its place in the history. */
export function leaveViewer(): void {
  viewed.value = null;
}

let isKept = false;

/**
 * Follows Back and Forward. The page under the viewer stays as it is, so the router and the reader's place hear nothing of it.
 * Called by the viewer's host, once.
 */
export function keepViewerStep(): void {
  if (isKept) return;
  isKept = true;
  addEventListener(
    'popstate',
    (event) => {
      const isStepOfOurs = viewed.peek() !== null || Boolean(event.state?.[STEP]);
      if (!isStepOfOurs) return;
      event.stopImmediatePropagation();
      viewed.value = null;
    },
    { capture: true },
  );
}
