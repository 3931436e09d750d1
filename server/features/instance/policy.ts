// What an admin may decide about the community, and what holds until they do.
import { isPublicHost } from '#config/parsers.ts';

export const registrationModes = ['open', 'approval', 'closed'] as const;
/** Who may sign up: anybody, anybody whom the staff approves, nobody. */
export type RegistrationMode = (typeof registrationModes)[number];

export const audiences = ['all', 'users', 'nobody'] as const;
/** Who is shown something: everybody, people with a login here, nobody. */
export type Audience = (typeof audiences)[number];

export interface Rule {
  id: string;
  text: string;
  hint: string;
}

/** The community's settings, each with its value. */
export interface InstanceSettings {
  title: string;
  /** Plain text, one or a few sentences. */
  description: string;
  /** When the description became what it is, as text; the words that every server begins with are as old as the software. */
  describedAt: string;
  registrations: RegistrationMode;
  contactEmail: string;
  /** Who may see which servers are blocked. */
  blocksShownTo: Audience;
  rules: Rule[];
}

/** The most that the texts may hold, in characters. */
export const settingLimits = { title: 100, description: 2000, contactEmail: 254, rules: 50, rule: 1000 } as const;

/**
 * What holds before an admin decides. A server that strangers can reach asks for approval: an open one is found by spammers within
 * days, and other servers block it for that. One that only this machine or network reaches is open.
 */
export function defaultSettings(config: { origin: string; handleDomain: string }): InstanceSettings {
  const isPublic = isPublicHost(new URL(config.origin).hostname);
  return {
    title: config.handleDomain.replace(/:\d+$/, ''),
    description: 'A community on Rookery.',
    describedAt: '2026-01-01T00:00:00.000Z',
    registrations: isPublic ? 'approval' : 'open',
    contactEmail: '',
    blocksShownTo: 'users',
    rules: [],
  };
}

const languageCodes =
  'af am ar az be bg bn br bs ca co cs cy da de el en eo es et eu fa fi fo fr fy ga gd gl gu ha he hi hr hu hy ia id ig is it ja jv ka kab kk km kn ko ku ky la lb lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn no oc or pa pl ps pt rm ro ru sa sc sd si sk sl so sq sr st su sv sw ta te tg th tk tl tr tt ug uk ur uz vi xh yi yo zh zu'.split(
    ' ',
  );

/** Languages that posts may be written in: the code, and its name in that language itself. */
export const languages: ReadonlyArray<{ code: string; name: string }> = languageCodes.map((code) => ({
  code,
  name: new Intl.DisplayNames([code, 'en'], { type: 'language' }).of(code) ?? code,
}));
