// The letter about what somebody missed, and the page that ends such letters.
import type { Letter } from '#server/platform/mail/mail.ts';
import { pickLanguage, type Language } from '#server/platform/http/language.ts';
import { escapeHtml } from '#server/platform/text.ts';
import type { DigestLine, Reader } from '../queries.ts';
import { digestWords, type DigestWords } from './words.ts';

export interface DigestFacts {
  /** The community's name. */
  title: string;
  origin: string;
  reader: Reader;
  lines: readonly DigestLine[];
  /** Secret of the link that ends these letters. */
  token: string;
}

/** Counts and names only: a letter lies open in a mailbox. */
export function digestLetter({ title, origin, reader, lines, token }: DigestFacts): Letter {
  const words = digestWords[pickLanguage(reader.locale)];
  const total = lines.reduce((sum, { count }) => sum + count, 0);
  const unsubscribe = `${origin}/unsubscribe?token=${token}`;
  const greeting = words.greeting(reader.username);
  const items = lines.map((line) => lineText(line, words));
  return {
    to: reader.email,
    subject: words.subject(total, title).replaceAll(/\s+/g, ' '),
    text: [
      greeting,
      ...items.map((item) => `- ${item}`),
      '',
      `${words.read}: ${origin}/notifications`,
      '',
      `${words.ending} ${unsubscribe}`,
      '',
    ].join('\n'),
    html: [
      `<p>${escapeHtml(greeting)}</p>`,
      `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`,
      `<p><a href="${escapeHtml(`${origin}/notifications`)}">${words.read}</a></p>`,
      `<p>${escapeHtml(words.ending)} <a href="${escapeHtml(unsubscribe)}">${words.unsubscribe}</a></p>`,
    ].join('\n'),
    headers: { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  };
}

function lineText({ kind, count, names }: DigestLine, words: DigestWords): string {
  const [one, many] = words.kinds[kind];
  const others = count > names.length ? words.others : '';
  return `${count} ${count === 1 ? one : many}: ${names.map((name) => name.replaceAll(/\s+/g, ' ')).join(', ')}${others}`;
}

/** A page of one sentence, with a button where there is something to do. */
export function unsubscribePage(
  title: string,
  language: Language,
  { sentence, action }: { sentence: 'question' | 'done' | 'incomplete'; action: string | null },
): string {
  const words = digestWords[language];
  const button =
    action === null
      ? ''
      : `<form method="post" action="${escapeHtml(action)}"><button>${words.unsubscribe}</button></form>`;
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><h1>${escapeHtml(title)}</h1><p>${escapeHtml(words[sentence])}</p>${button}</html>`;
}
