// What letters say, a table for each language; which links they hold is said in letters.ts.
import { pickLanguage, type Language } from '#server/platform/http/language.ts';
import { deWords } from './letter-words-de.ts';
import { enWords } from './letter-words-en.ts';

/** Whom a letter is about, and where. */
export interface About {
  /** The community's name. */
  title: string;
  username: string;
  /** Of somebody who signs up: why they want to come in. */
  reason?: string | null;
}

/** The words of one letter; `action` stands on its link. */
export interface LetterText {
  subject: string;
  paragraphs: string[];
  action: string;
  ending: string;
}

export type LetterKind =
  | 'confirm'
  | 'reset'
  | 'known'
  | 'leaving'
  | 'approved'
  | 'pending'
  | 'password-changed'
  | 'change'
  | 'email-changed'
  | 'restored'
  | 'factor-added'
  | 'factor-removed'
  | 'recovery-used';

export type LetterWords = Record<LetterKind, (about: About) => LetterText>;

const tables: Record<Language, LetterWords> = { en: enWords, de: deWords };

/** The words for somebody who reads that language (`de`, `de-AT`); English when there are none. */
export function wordsFor(locale: string | null): LetterWords {
  return tables[pickLanguage(locale)];
}
