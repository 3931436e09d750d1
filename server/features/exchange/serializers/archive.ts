// An archive as our own API shows it, and the letter that says that it is ready.
import { Type, type Static } from 'typebox';
import type { Letter } from '#server/platform/mail/mail.ts';
import { pickLanguage, type Language } from '#server/platform/http/language.ts';
import { escapeHtml } from '#server/platform/text.ts';
import type { ArchiveView } from '../queries/archive.ts';

const Moment = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
const states = ['none', 'waiting', 'ready', 'failed'] as const;

export const ArchiveWireSchema = Type.Object({
  state: Type.Unsafe<(typeof states)[number]>(
    Type.String({ enum: [...states], description: 'none: there is no archive, or the last one has expired' }),
  ),
  requested_at: Moment,
  finished_at: Moment,
  expires_at: Moment,
  size: Type.Union([Type.Integer({ description: 'In bytes' }), Type.Null()]),
  url: Type.Union([
    Type.String({ description: 'Where to fetch it, without a token, until you sign out or it expires' }),
    Type.Null(),
  ]),
  reason: Type.Union([Type.String({ description: 'Why it failed' }), Type.Null()]),
  next_at: Type.Union([
    Type.String({ format: 'date-time', description: 'When you may ask for the next; null: now' }),
    Type.Null(),
  ]),
});
export type ArchiveWire = Static<typeof ArchiveWireSchema>;

/** What is known beside the archive itself. */
export interface ArchiveFacts {
  expiresAt: Date | null;
  nextAt: Date | null;
  url: string | null;
}

/** Null stands for no archive. */
export function serializeArchive(archive: ArchiveView | null, { expiresAt, nextAt, url }: ArchiveFacts): ArchiveWire {
  return {
    state: archive?.state ?? 'none',
    requested_at: archive?.createdAt.toISOString() ?? null,
    finished_at: archive?.finishedAt?.toISOString() ?? null,
    expires_at: expiresAt?.toISOString() ?? null,
    size: archive?.bytes ?? null,
    url,
    reason: archive?.state === 'failed' ? 'It could not be written. Please ask for another one.' : null,
    next_at: nextAt?.toISOString() ?? null,
  };
}

interface ArchiveWords {
  subject: (title: string) => string;
  news: (username: string, title: string) => string;
  where: string;
  ending: string;
}

const words: Record<Language, ArchiveWords> = {
  en: {
    subject: (title) => `Your archive at ${title} is ready`,
    news: (username, title) => `Hello ${username}, the archive of your account at ${title} is ready.`,
    where: 'You find it in your settings, for seven days:',
    ending: 'If you did not ask for it, choose a new password at once and sign out everywhere.',
  },
  de: {
    subject: (title) => `Dein Archiv bei ${title} ist fertig`,
    news: (username, title) => `Hallo ${username}, das Archiv deines Kontos bei ${title} ist fertig.`,
    where: 'Du findest es sieben Tage lang in deinen Einstellungen:',
    ending: 'Wenn du nicht darum gebeten hast, wähle sofort ein neues Passwort und melde dich überall ab.',
  },
};

/** Without a link to the archive itself, and without a word of what it holds: a letter lies open in a mailbox. */
export function archiveLetter(facts: {
  /** The community's name. */
  title: string;
  origin: string;
  reader: { username: string; email: string; locale: string | null };
}): Letter {
  const { title, origin, reader } = facts;
  const { subject, news, where, ending } = words[pickLanguage(reader.locale)];
  const settings = `${origin}/settings/account`;
  const opening = news(reader.username, title);
  return {
    to: reader.email,
    subject: subject(title).replaceAll(/\s+/g, ' '),
    text: `${[opening, `${where} ${settings}`, ending].join('\n\n')}\n`,
    html: [
      `<p>${escapeHtml(opening)}</p>`,
      `<p>${escapeHtml(where)} <a href="${escapeHtml(settings)}">${escapeHtml(settings)}</a></p>`,
      `<p>${escapeHtml(ending)}</p>`,
    ].join('\n'),
  };
}
