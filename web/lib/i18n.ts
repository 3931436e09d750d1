// The app's language: remembered or the browser's; English is the fallback for every missing string.
import { computed, effect, signal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import en from '../locales/en.json' with { type: 'json' };
import { formatMessage, formatParts, type Values } from './message-format.ts';
import { readStored, store } from './storage.ts';

export type MessageKey = keyof typeof en;
type Messages = Partial<Record<MessageKey, string>>;

/** The languages that the app speaks, each named in itself. */
export const LANGUAGES: Readonly<Record<string, string>> = { en: 'English', de: 'Deutsch' };

const loaders: Record<string, () => Promise<{ default: Messages }>> = {
  de: () => import('../locales/de.json', { with: { type: 'json' } }),
};

const STORED = 'language';
const messages = signal<Messages>(en);

/** The code of the language in use, for example `de`. */
export const language = signal('en');
/** The chosen code, or an empty string when the app follows the browser. */
export const chosenLanguage = signal(readStored(STORED) ?? '');
/** Number, date and plural rules: the browser's region where it matches the language. */
export const locale = computed(
  () => navigator.languages.find((one) => one.startsWith(language.value)) ?? language.value,
);

function preferred(): string {
  const wanted = [chosenLanguage.value, ...navigator.languages].map((code) => code.slice(0, 2));
  return wanted.find((code) => code in LANGUAGES) ?? 'en';
}

/** Loads the messages of the preferred language and switches to it; English when they cannot be loaded. */
export async function loadLanguage(): Promise<void> {
  const code = preferred();
  const loaded = await loaders[code]?.().catch(() => null);
  messages.value = loaded ? loaded.default : en;
  language.value = loaded ? code : 'en';
  document.documentElement.lang = language.value;
}

/** Chooses a language (empty: the browser's) and remembers the choice. */
export async function chooseLanguage(code: string): Promise<void> {
  chosenLanguage.value = code;
  store(STORED, code || null);
  await loadLanguage();
}

/** The text for a key in the language in use. */
export function t(key: MessageKey, values: Values = {}): string {
  return formatMessage(messages.value[key] ?? en[key], values, locale.value);
}

/** The same with elements as values, for a name or a link inside a sentence. */
export function rich(key: MessageKey, values: Values<ComponentChild>): ComponentChild[] {
  return formatParts<ComponentChild>(messages.value[key] ?? en[key], values, locale.value);
}

type Words<Key extends string> = Partial<Record<Key, string>>;

/**
 * Words that few people need, in files of their own which come with their pages. They follow the language in use; `areReady` waits
 * for those of now, and English stands in for what cannot be had.
 */
export function wordsApart<Key extends string>(
  english: Record<Key, string>,
  others: Readonly<Record<string, () => Promise<{ default: Words<Key> }>>>,
) {
  const words = signal<Words<Key>>(english);
  let loading: Promise<void> = Promise.resolve();
  effect(() => {
    const code = language.value;
    const found: Promise<{ default: Words<Key> }> = others[code]?.() ?? Promise.resolve({ default: english });
    loading = found.then(
      (file) => {
        if (code === language.peek()) words.value = file.default;
      },
      () => {},
    );
  });
  return {
    areReady: () => loading,
    say: (key: Key, values: Values = {}) => formatMessage(words.value[key] ?? english[key], values, locale.value),
  };
}

/** A number in few characters: 950, 1.2K, 3M. */
export function shortNumber(count: number): string {
  return new Intl.NumberFormat(locale.value, { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}
