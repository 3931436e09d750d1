// Letters in English.
import type { About, LetterText, LetterWords } from './letter-words.ts';

const ignore = 'If you did not ask for this, you need not do anything.';

const security = (subject: string, text: string): LetterText => ({
  subject,
  paragraphs: [text],
  action: 'Look at your security settings',
  ending: 'If it was you, everything is in order. If not, choose a new password there at once.',
});

export const enWords: LetterWords = {
  confirm: ({ title, username }) => ({
    subject: `Confirm your address for ${title}`,
    paragraphs: [`Welcome, ${username}! Please confirm that this is your e-mail address.`],
    action: 'Confirm my address',
    ending: `The link works for three days. ${ignore}`,
  }),
  reset: ({ title, username }) => ({
    subject: `A new password for ${title}`,
    paragraphs: [`Somebody asked for a new password for ${username}.`],
    action: 'Choose a new password',
    ending: `The link works once, for two hours. ${ignore} Your password stays as it is.`,
  }),
  known: ({ title, username }) => ({
    subject: `You have a login at ${title} already`,
    paragraphs: [
      `Somebody gave this address for another login, but it belongs to ${username} already, so nothing was changed.`,
    ],
    action: 'Sign in',
    ending: `If you forgot your password, you can ask for a new one there. ${ignore}`,
  }),
  leaving: ({ title, username }) => ({
    subject: `Your account at ${title} will be deleted`,
    paragraphs: [
      `${username} is hidden from now on and will be deleted for good in thirty days.`,
      'If you want to keep it, sign in before that: everything will be as it was.',
    ],
    action: 'Sign in',
    ending: 'If this was not you, sign in and choose a new password at once.',
  }),
  approved: ({ title, username }) => ({
    subject: `Welcome to ${title}`,
    paragraphs: [`Your sign-up as ${username} was approved. You can sign in now.`],
    action: 'Sign in',
    ending: 'We are glad that you are here.',
  }),
  pending: ({ title, username, reason }: About) => ({
    subject: `${username} would like to join ${title}`,
    paragraphs: [`${username} signed up and waits for approval.`, `Their reason: ${reason ?? '(none given)'}`],
    action: 'Look at sign-ups',
    ending: 'Until then they can do nothing.',
  }),
  'password-changed': ({ title, username }) => ({
    subject: `Your password for ${title} was changed`,
    paragraphs: [`The password of ${username} was changed, and all devices and apps were signed out.`],
    action: 'I did not do this',
    ending: 'If it was you, everything is in order.',
  }),
  change: ({ title, username }) => ({
    subject: `Your new address for ${title}`,
    paragraphs: [
      `${username} wants to use this e-mail address from now on.`,
      'If that is you, open the link in a browser where you are signed in.',
    ],
    action: 'Use this address',
    ending: `The link works once, for one day. ${ignore}`,
  }),
  'email-changed': ({ title, username }) => ({
    subject: `Your address for ${title} was changed`,
    paragraphs: [
      `${username} has another e-mail address now, and letters do not come here any more.`,
      'If you did not do this, somebody else is in your account: take it back. Everything will be signed out, and you choose a new password.',
    ],
    action: 'I did not do this',
    ending: 'The link works once, for seven days. If it was you, everything is in order.',
  }),
  restored: ({ title, username }) => ({
    subject: `What was taken back at ${title}`,
    paragraphs: [
      `${username} has this e-mail address again, and everything is signed out.`,
      'Authenticator apps and passkeys that were added since the change are removed. Those from before still count.',
    ],
    action: 'Look at your security settings',
    ending: 'Choose a new password first: a link for that came in a letter of its own.',
  }),
  'factor-added': ({ title, username }) =>
    security(
      `A new way to sign in at ${title}`,
      `An authenticator app or a passkey was added to the login ${username}.`,
    ),
  'factor-removed': ({ title, username }) =>
    security(
      `A second factor was removed at ${title}`,
      `An authenticator app or a passkey was removed from the login ${username}.`,
    ),
  'recovery-used': ({ title, username }) =>
    security(`A recovery code was used at ${title}`, `Somebody signed in with a recovery code as ${username}.`),
};
