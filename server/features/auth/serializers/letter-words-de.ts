// Letters in German.
import type { LetterText, LetterWords } from './letter-words.ts';

const ignore = 'Wenn du nicht darum gebeten hast, brauchst du nichts zu tun.';

const security = (subject: string, text: string): LetterText => ({
  subject,
  paragraphs: [text],
  action: 'Zu deinen Sicherheitseinstellungen',
  ending: 'Wenn du das warst, ist alles in Ordnung. Wenn nicht, wähle dort sofort ein neues Passwort.',
});

export const deWords: LetterWords = {
  confirm: ({ title, username }) => ({
    subject: `Bestätige deine Adresse für ${title}`,
    paragraphs: [`Willkommen, ${username}! Bitte bestätige, dass dies deine E-Mail-Adresse ist.`],
    action: 'Meine Adresse bestätigen',
    ending: `Der Link gilt drei Tage. ${ignore}`,
  }),
  reset: ({ title, username }) => ({
    subject: `Ein neues Passwort für ${title}`,
    paragraphs: [`Jemand hat um ein neues Passwort für ${username} gebeten.`],
    action: 'Ein neues Passwort wählen',
    ending: `Der Link gilt einmal, zwei Stunden lang. ${ignore} Dein Passwort bleibt, wie es ist.`,
  }),
  known: ({ title, username }) => ({
    subject: `Du hast schon ein Konto bei ${title}`,
    paragraphs: [
      `Jemand hat diese Adresse für ein anderes Konto angegeben, aber sie gehört schon zu ${username}; es wurde nichts geändert.`,
    ],
    action: 'Anmelden',
    ending: `Wenn du dein Passwort vergessen hast, kannst du dort um ein neues bitten. ${ignore}`,
  }),
  leaving: ({ title, username }) => ({
    subject: `Dein Konto bei ${title} wird gelöscht`,
    paragraphs: [
      `${username} ist ab jetzt verborgen und wird in dreißig Tagen endgültig gelöscht.`,
      'Wenn du es behalten willst, melde dich vorher an: Alles wird sein, wie es war.',
    ],
    action: 'Anmelden',
    ending: 'Wenn du das nicht warst, melde dich an und wähle sofort ein neues Passwort.',
  }),
  approved: ({ title, username }) => ({
    subject: `Willkommen bei ${title}`,
    paragraphs: [`Deine Registrierung als ${username} wurde angenommen. Du kannst dich jetzt anmelden.`],
    action: 'Anmelden',
    ending: 'Schön, dass du da bist.',
  }),
  pending: ({ title, username, reason }) => ({
    subject: `${username} möchte zu ${title} kommen`,
    paragraphs: [
      `${username} hat sich registriert und wartet auf Zustimmung.`,
      `Der Grund: ${reason ?? '(keiner angegeben)'}`,
    ],
    action: 'Registrierungen ansehen',
    ending: 'Bis dahin kann das Konto nichts tun.',
  }),
  'password-changed': ({ title, username }) => ({
    subject: `Dein Passwort für ${title} wurde geändert`,
    paragraphs: [`Das Passwort von ${username} wurde geändert, und alle Geräte und Apps wurden abgemeldet.`],
    action: 'Das war ich nicht',
    ending: 'Wenn du das warst, ist alles in Ordnung.',
  }),
  change: ({ title, username }) => ({
    subject: `Deine neue Adresse für ${title}`,
    paragraphs: [
      `${username} möchte ab jetzt diese E-Mail-Adresse verwenden.`,
      'Wenn du das bist, öffne den Link in einem Browser, in dem du angemeldet bist.',
    ],
    action: 'Diese Adresse verwenden',
    ending: `Der Link gilt einmal, einen Tag lang. ${ignore}`,
  }),
  'email-changed': ({ title, username }) => ({
    subject: `Deine Adresse für ${title} wurde geändert`,
    paragraphs: [
      `${username} hat jetzt eine andere E-Mail-Adresse; hierher kommen keine Briefe mehr.`,
      'Wenn du das nicht warst, ist jemand anders in deinem Konto: Hol es dir zurück. Alles wird abgemeldet, und du wählst ein neues Passwort.',
    ],
    action: 'Das war ich nicht',
    ending: 'Der Link gilt einmal, sieben Tage lang. Wenn du das warst, ist alles in Ordnung.',
  }),
  restored: ({ title, username }) => ({
    subject: `Was bei ${title} zurückgenommen wurde`,
    paragraphs: [
      `${username} hat wieder diese E-Mail-Adresse, und alles ist abgemeldet.`,
      'Authenticator-Apps und Passkeys, die seit der Änderung hinzukamen, sind entfernt. Die von vorher gelten weiter.',
    ],
    action: 'Zu deinen Sicherheitseinstellungen',
    ending: 'Wähle zuerst ein neues Passwort: Der Link dafür kam in einem eigenen Brief.',
  }),
  'factor-added': ({ title, username }) =>
    security(
      `Ein neuer Weg, dich bei ${title} anzumelden`,
      `Zum Konto ${username} kam eine Authenticator-App oder ein Passkey hinzu.`,
    ),
  'factor-removed': ({ title, username }) =>
    security(
      `Ein zweiter Faktor wurde bei ${title} entfernt`,
      `Vom Konto ${username} wurde eine Authenticator-App oder ein Passkey entfernt.`,
    ),
  'recovery-used': ({ title, username }) =>
    security(
      `Ein Wiederherstellungscode wurde bei ${title} benutzt`,
      `Jemand hat sich mit einem Wiederherstellungscode als ${username} angemeldet.`,
    ),
};
