// The letters that the server writes: plain text with an HTML twin in the reader's language, each with one link.
import { escapeHtml } from '#server/platform/text.ts';
import type { Letter } from '#server/platform/mail/mail.ts';
import { wordsFor, type About, type LetterKind } from './letter-words.ts';

/** What every letter is made of. */
export interface LetterFacts extends About {
  origin: string;
  /** The address that gets it. */
  to: string;
  /** The language of whoever reads it; null when nobody knows. */
  locale: string | null;
}

/** Where the link of each letter leads. */
const paths: Record<LetterKind, string> = {
  confirm: '/confirm',
  reset: '/reset-password',
  known: '/sign-in',
  leaving: '/sign-in',
  approved: '/sign-in',
  pending: '/settings/server',
  'password-changed': '/reset-password',
  change: '/confirm-email',
  'email-changed': '/restore-email',
  restored: '/settings/security',
  'factor-added': '/settings/security',
  'factor-removed': '/settings/security',
  'recovery-used': '/settings/security',
};

/** The letter of that kind; `token` is the secret in its link, where it holds one. */
export function writeLetter(kind: LetterKind, facts: LetterFacts, token?: string): Letter {
  const { subject, paragraphs, action, ending } = wordsFor(facts.locale)[kind](facts);
  const url = `${facts.origin}${paths[kind]}${token === undefined ? '' : `?token=${token}`}`;
  const signature = `${facts.title} · ${facts.origin}`;
  const text = [...paragraphs, `${action}: ${url}`, ending, signature].join('\n\n');
  const html = [
    ...paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    `<p><a href="${escapeHtml(url)}">${escapeHtml(action)}</a></p>`,
    `<p>${escapeHtml(ending)}</p>`,
    `<p>${escapeHtml(signature)}</p>`,
  ].join('\n');
  return { to: facts.to, subject: subject.replaceAll(/\s+/g, ' '), text: `${text}\n`, html };
}
