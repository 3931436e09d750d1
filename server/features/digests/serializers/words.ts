// What letters about missed news say, and the page that ends them: a table for each language.
import type { NotificationKind } from '#server/features/notifications/entities.ts';
import type { Language } from '#server/platform/http/language.ts';

export interface DigestWords {
  kinds: Record<NotificationKind, [one: string, many: string]>;
  subject: (total: number, community: string) => string;
  greeting: (username: string) => string;
  others: string;
  read: string;
  ending: string;
  unsubscribe: string;
  question: string;
  done: string;
  incomplete: string;
}

const en: DigestWords = {
  kinds: {
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
    severed: ['blocked server that took connections along', 'blocked servers that took connections along'],
    reaction: ['reaction to your posts', 'reactions to your posts'],
  },
  subject: (total, community) => `${total} ${total === 1 ? 'notification' : 'notifications'} for you at ${community}`,
  greeting: (username) => `Hello ${username}, this happened while you were away:`,
  others: ' and others',
  read: 'Read them',
  ending: 'You get this letter because you were away. To get no more of them:',
  unsubscribe: 'Unsubscribe',
  question: 'Get no more letters about what you missed?',
  done: 'You get no more letters about what you missed.',
  incomplete: 'This link is not complete. You can change your letters in your settings.',
};

const de: DigestWords = {
  kinds: {
    mention: ['Erwähnung', 'Erwähnungen'],
    post: [
      'neuer Beitrag von jemandem, nach dem du gefragt hast',
      'neue Beiträge von Leuten, nach denen du gefragt hast',
    ],
    boost: ['Boost deiner Beiträge', 'Boosts deiner Beiträge'],
    like: ['Like für deine Beiträge', 'Likes für deine Beiträge'],
    follow: ['neuer Follower', 'neue Follower'],
    follow_request: ['Anfrage, dir zu folgen', 'Anfragen, dir zu folgen'],
    poll: ['Umfrage, die zu Ende ist', 'Umfragen, die zu Ende sind'],
    edit: ['Änderung eines Beitrags, den du geteilt hast', 'Änderungen von Beiträgen, die du geteilt hast'],
    quote: ['Zitat deiner Beiträge', 'Zitate deiner Beiträge'],
    quoted_edit: ['Änderung eines Beitrags, den du zitiert hast', 'Änderungen von Beiträgen, die du zitiert hast'],
    severed: ['gesperrter Server, der dich Verbindungen kostet', 'gesperrte Server, die dich Verbindungen kosten'],
    reaction: ['Reaktion auf deine Beiträge', 'Reaktionen auf deine Beiträge'],
  },
  subject: (total, community) => `${total} ${total === 1 ? 'Mitteilung' : 'Mitteilungen'} für dich bei ${community}`,
  greeting: (username) => `Hallo ${username}, das war los, während du weg warst:`,
  others: ' und andere',
  read: 'Lesen',
  ending: 'Du bekommst diesen Brief, weil du weg warst. Wenn du keine mehr möchtest:',
  unsubscribe: 'Abbestellen',
  question: 'Keine Briefe mehr über das, was du verpasst hast?',
  done: 'Du bekommst keine Briefe mehr über das, was du verpasst hast.',
  incomplete: 'Dieser Link ist nicht vollständig. In deinen Einstellungen kannst du deine Briefe ändern.',
};

/** The words by language. */
export const digestWords: Record<Language, DigestWords> = { en, de };
