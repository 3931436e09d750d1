// The letters that the server writes: plain text with an HTML twin, each with at most one link.
import { escapeHtml } from '#server/platform/text.ts';
import type { Letter } from '#server/platform/mail/mail.ts';

/** What every letter is made of. */
export interface LetterFacts {
  /** The community's name. */
  title: string;
  origin: string;
  /** The address that gets it. */
  to: string;
  username: string;
}

interface Content {
  subject: string;
  paragraphs: string[];
  link?: { text: string; url: string };
  ending: string;
}

const ignore = 'If you did not ask for this, you need not do anything.';

/** The link that proves that a new person reads mail at their address; good for three days. */
export function confirmLetter(facts: LetterFacts, token: string): Letter {
  return compose(facts, {
    subject: `Confirm your address for ${facts.title}`,
    paragraphs: [`Welcome, ${facts.username}! Please confirm that this is your e-mail address.`],
    link: { text: 'Confirm my address', url: `${facts.origin}/confirm?token=${token}` },
    ending: `The link works for three days. ${ignore}`,
  });
}

/** The link to a new password; good for two hours. */
export function resetLetter(facts: LetterFacts, token: string): Letter {
  return compose(facts, {
    subject: `A new password for ${facts.title}`,
    paragraphs: [`Somebody asked for a new password for ${facts.username}.`],
    link: { text: 'Choose a new password', url: `${facts.origin}/reset-password?token=${token}` },
    ending: `The link works once, for two hours. ${ignore} Your password stays as it is.`,
  });
}

/** For somebody whose address was used to sign up a second time. */
export function knownLetter(facts: LetterFacts): Letter {
  return compose(facts, {
    subject: `You have a login at ${facts.title} already`,
    paragraphs: [
      `Somebody gave this address for another login, but it belongs to ${facts.username} already, so nothing was changed.`,
    ],
    link: { text: 'Sign in', url: `${facts.origin}/sign-in` },
    ending: `If you forgot your password, you can ask for a new one there. ${ignore}`,
  });
}

/** For somebody who is leaving: until when they may think again. */
export function leavingLetter(facts: LetterFacts): Letter {
  return compose(facts, {
    subject: `Your account at ${facts.title} will be deleted`,
    paragraphs: [
      `${facts.username} is hidden from now on and will be deleted for good in thirty days.`,
      'If you want to keep it, sign in before that: everything will be as it was.',
    ],
    link: { text: 'Sign in', url: `${facts.origin}/sign-in` },
    ending: 'If this was not you, sign in and choose a new password at once.',
  });
}

/** For somebody whom the staff let in. */
export function approvedLetter(facts: LetterFacts): Letter {
  return compose(facts, {
    subject: `Welcome to ${facts.title}`,
    paragraphs: [`Your sign-up as ${facts.username} was approved. You can sign in now.`],
    link: { text: 'Sign in', url: `${facts.origin}/sign-in` },
    ending: 'We are glad that you are here.',
  });
}

/** Word that the password changed, so that a thief is noticed. */
export function passwordChangedLetter(facts: LetterFacts): Letter {
  return compose(facts, {
    subject: `Your password for ${facts.title} was changed`,
    paragraphs: [`The password of ${facts.username} was changed, and all devices and apps were signed out.`],
    link: { text: 'I did not do this', url: `${facts.origin}/reset-password` },
    ending: 'If it was you, everything is in order.',
  });
}

/** The link that proves that somebody reads mail at the address they wish for; good for a day, in their own session. */
export function changeLetter(facts: LetterFacts, token: string): Letter {
  return compose(facts, {
    subject: `Your new address for ${facts.title}`,
    paragraphs: [
      `${facts.username} wants to use this e-mail address from now on.`,
      'If that is you, open the link in a browser where you are signed in.',
    ],
    link: { text: 'Use this address', url: `${facts.origin}/confirm-email?token=${token}` },
    ending: `The link works once, for one day. ${ignore}`,
  });
}

/** Word to the former address, with the link that takes the change back; good for a week. */
export function emailChangedLetter(facts: LetterFacts, token: string): Letter {
  return compose(facts, {
    subject: `Your address for ${facts.title} was changed`,
    paragraphs: [
      `${facts.username} has another e-mail address now, and letters do not come here any more.`,
      'If you did not do this, somebody else is in your account: take it back. Everything will be signed out, and you choose a new password.',
    ],
    link: { text: 'I did not do this', url: `${facts.origin}/restore-email?token=${token}` },
    ending: 'The link works once, for seven days. If it was you, everything is in order.',
  });
}

const securityNews = {
  'factor-added': {
    subject: 'A new way to sign in at',
    text: 'An authenticator app or a passkey was added to the login',
  },
  'factor-removed': {
    subject: 'A second factor was removed at',
    text: 'An authenticator app or a passkey was removed from the login',
  },
  'recovery-used': { subject: 'A recovery code was used at', text: 'Somebody signed in with a recovery code as' },
} as const;

/** Word that the ways into a login changed, so that a thief is noticed. */
export function securityLetter(facts: LetterFacts, news: keyof typeof securityNews): Letter {
  return compose(facts, {
    subject: `${securityNews[news].subject} ${facts.title}`,
    paragraphs: [`${securityNews[news].text} ${facts.username}.`],
    link: { text: 'Look at your security settings', url: `${facts.origin}/settings/security` },
    ending: 'If it was you, everything is in order. If not, choose a new password there at once.',
  });
}

/** For the staff: `applicant` signed up and waits. */
export function pendingLetter(facts: LetterFacts, applicant: { username: string; reason: string | null }): Letter {
  return compose(facts, {
    subject: `${applicant.username} would like to join ${facts.title}`,
    paragraphs: [
      `${applicant.username} signed up and waits for approval.`,
      `Their reason: ${applicant.reason ?? '(none given)'}`,
    ],
    link: { text: 'Look at sign-ups', url: `${facts.origin}/settings/server` },
    ending: 'Until then they can do nothing.',
  });
}

function compose(facts: LetterFacts, content: Content): Letter {
  const { paragraphs, link, ending } = content;
  const signature = `${facts.title} · ${facts.origin}`;
  const text = [...paragraphs, ...(link ? [`${link.text}: ${link.url}`] : []), ending, signature].join('\n\n');
  const html = [
    ...paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    ...(link ? [`<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.text)}</a></p>`] : []),
    `<p>${escapeHtml(ending)}</p>`,
    `<p>${escapeHtml(signature)}</p>`,
  ].join('\n');
  return { to: facts.to, subject: content.subject.replaceAll(/\s+/g, ' '), text: `${text}\n`, html };
}
