// Light, dark or the system's choice; the accent; whether single keys act. Remembered in this browser.
import { effect, signal } from '@preact/signals';
import { readStored, store } from './storage.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export const ACCENTS = ['egg', 'jay', 'heather', 'robin', 'finch'] as const;
export type Theme = (typeof THEMES)[number];
export type Accent = (typeof ACCENTS)[number];

const pick = <T extends string>(known: readonly T[], text: string | null, fallback: T): T =>
  known.find((one) => one === text) ?? fallback;

export const theme = signal<Theme>(pick(THEMES, readStored('theme'), 'system'));
export const accent = signal<Accent>(pick(ACCENTS, readStored('accent'), 'egg'));
export const hasShortcuts = signal(readStored('shortcuts') !== 'off');

/** Puts the choices on the page now and whenever they change. Call once, before the first render. */
export function applyAppearance(): void {
  effect(() => {
    const root = document.documentElement;
    root.dataset['theme'] = theme.value;
    root.dataset['accent'] = accent.value;
    store('theme', theme.value === 'system' ? null : theme.value);
    store('accent', accent.value === 'egg' ? null : accent.value);
    store('shortcuts', hasShortcuts.value ? null : 'off');
  });
}
