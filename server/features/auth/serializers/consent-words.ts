// What the pages of signing in to an app say, a table for each language.
import type { Language } from '#server/platform/http/language.ts';

export interface ConsentWords {
  allowTitle: (app: string) => string;
  /** `app` is HTML. */
  allowHeading: (app: string) => string;
  itWill: string;
  showsCode: string;
  sendsTo: (host: string) => string;
  sendsBack: string;
  takenBack: string;
  allow: string;
  deny: string;
  another: string;
  codeTitle: string;
  codeHeading: string;
  /** `app` is HTML. */
  copyCode: (app: string) => string;
  code: string;
  faultTitle: string;
  toStart: string;
  unknownApp: string;
  wrongAddress: string;
  wrongScope: string;
  wrongRequest: string;
  denied: string;
}

const en: ConsentWords = {
  allowTitle: (app) => `Allow ${app}?`,
  allowHeading: (app) => `Allow ${app} to use your account?`,
  itWill: 'It will be able to:',
  showsCode: 'You will be shown a code for it.',
  sendsTo: (host) => `You will be sent to ${host}.`,
  sendsBack: 'You will be sent back to the app.',
  takenBack: 'Signing out everywhere takes it back.',
  allow: 'Allow',
  deny: 'Deny',
  another: 'Use another account',
  codeTitle: 'Your code',
  codeHeading: 'Almost done',
  copyCode: (app) => `Copy this code and paste it in ${app}. It works once, for ten minutes.`,
  code: 'Code',
  faultTitle: 'This did not work',
  toStart: 'To the start page',
  unknownApp: 'This app is not registered here. Please start again in the app.',
  wrongAddress: 'The app asked to send you to an address that it did not register.',
  wrongScope: 'The app asked for a scope that it did not register.',
  wrongRequest: 'The app asked in a way that this server does not understand.',
  denied: 'You did not allow the app to use your account.',
};

const de: ConsentWords = {
  allowTitle: (app) => `${app} zulassen?`,
  allowHeading: (app) => `Darf ${app} dein Konto benutzen?`,
  itWill: 'Die App könnte dann:',
  showsCode: 'Du bekommst einen Code für sie angezeigt.',
  sendsTo: (host) => `Es geht danach zu ${host}.`,
  sendsBack: 'Es geht danach zurück in die App.',
  takenBack: 'Wenn du dich überall abmeldest, ist es vorbei.',
  allow: 'Zulassen',
  deny: 'Ablehnen',
  another: 'Ein anderes Konto benutzen',
  codeTitle: 'Dein Code',
  codeHeading: 'Fast geschafft',
  copyCode: (app) => `Kopiere diesen Code und füge ihn in ${app} ein. Er gilt einmal, zehn Minuten lang.`,
  code: 'Code',
  faultTitle: 'Das ging nicht',
  toStart: 'Zur Startseite',
  unknownApp: 'Diese App ist hier nicht angemeldet. Bitte fang in der App noch einmal an.',
  wrongAddress: 'Die App wollte dich zu einer Adresse schicken, die sie nicht angemeldet hat.',
  wrongScope: 'Die App hat um ein Recht gebeten, das sie nicht angemeldet hat.',
  wrongRequest: 'Die App hat auf eine Weise gefragt, die dieser Server nicht versteht.',
  denied: 'Du hast der App nicht erlaubt, dein Konto zu benutzen.',
};

/** The words by language. */
export const consentWords: Record<Language, ConsentWords> = { en, de };
