// What an admin may decide about the community, and what holds until they do.
import { isPublicHost } from '#config/parsers.ts';

export const registrationModes = ['open', 'approval', 'closed'] as const;
/** Who may sign up: anybody, anybody whom the staff approves, nobody. */
export type RegistrationMode = (typeof registrationModes)[number];

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
  registrations: RegistrationMode;
  contactEmail: string;
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
    registrations: isPublic ? 'approval' : 'open',
    contactEmail: '',
    rules: [],
  };
}
