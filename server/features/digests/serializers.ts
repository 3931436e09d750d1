// The letter about what somebody missed, and the page that ends such letters.
import type { NotificationKind } from '#server/features/notifications/entities.ts';
import type { Letter } from '#server/platform/mail/mail.ts';
import { escapeHtml } from '#server/platform/text.ts';
import type { DigestLine, Reader } from './queries.ts';

export interface DigestFacts {
  /** The community's name. */
  title: string;
  origin: string;
  reader: Reader;
  lines: readonly DigestLine[];
  /** Secret of the link that ends these letters. */
  token: string;
}

const words: Record<NotificationKind, [one: string, many: string]> = {
  mention: ['mention', 'mentions'],
  post: ['new post by somebody you asked about', 'new posts by people you asked about'],
  boost: ['boost of your posts', 'boosts of your posts'],
  like: ['like of your posts', 'likes of your posts'],
  follow: ['new follower', 'new followers'],
  follow_request: ['request to follow you', 'requests to follow you'],
  poll: ['poll that has ended', 'polls that have ended'],
  edit: ['edit of a post you boosted', 'edits of posts you boosted'],
  quote: ['quote of your posts', 'quotes of your posts'],
  quoted_edit: ['edit of a post you quoted', 'edits of posts you quoted'],
};

/** Counts and names only: a letter lies open in a mailbox. */
export function digestLetter({ title, origin, reader, lines, token }: DigestFacts): Letter {
  const total = lines.reduce((sum, { count }) => sum + count, 0);
  const subject = `${total} ${total === 1 ? 'notification' : 'notifications'} for you at ${title}`;
  const unsubscribe = `${origin}/unsubscribe?token=${token}`;
  const greeting = `Hello ${reader.username}, this happened while you were away:`;
  const items = lines.map(lineText);
  const ending = 'You get this letter because you were away. To get no more of them:';
  return {
    to: reader.email,
    subject: subject.replaceAll(/\s+/g, ' '),
    text: [
      greeting,
      ...items.map((item) => `- ${item}`),
      '',
      `Read them: ${origin}/notifications`,
      '',
      `${ending} ${unsubscribe}`,
      '',
    ].join('\n'),
    html: [
      `<p>${escapeHtml(greeting)}</p>`,
      `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`,
      `<p><a href="${escapeHtml(`${origin}/notifications`)}">Read them</a></p>`,
      `<p>${escapeHtml(ending)} <a href="${escapeHtml(unsubscribe)}">unsubscribe</a></p>`,
    ].join('\n'),
    headers: { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  };
}

function lineText({ kind, count, names }: DigestLine): string {
  const [one, many] = words[kind];
  const others = count > names.length ? ' and others' : '';
  return `${count} ${count === 1 ? one : many}: ${names.map((name) => name.replaceAll(/\s+/g, ' ')).join(', ')}${others}`;
}

/** A page of one sentence, with a button where there is something to do. */
export function unsubscribePage(title: string, sentence: string, action: string | null): string {
  const button =
    action === null ? '' : `<form method="post" action="${escapeHtml(action)}"><button>Unsubscribe</button></form>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p>${button}</html>`;
}
