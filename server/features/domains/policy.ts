// What a block of a server means and how names of servers are compared. Asked by everything that meets other servers, so it
// costs neither a statement nor a wait.
import type { Severity } from './entities.ts';
import { hostNames, isOwnName, plainHost } from './policy/names.ts';

export const federationModes = ['open', 'authorized', 'allow-list'] as const;
/** Who may read what we publish, and with whom we talk: everybody; everybody who says who they are; only those on the list. */
export type FederationMode = (typeof federationModes)[number];

/** What is decided about a server and all below its name. */
export interface DomainRule {
  domain: string;
  severity: Severity;
  rejectMedia: boolean;
  rejectReports: boolean;
}

/** The rules in force. A host is written as in an address: any case, with or without a port and a final dot. */
export interface DomainRules {
  /** The rule for the longest name that the host is, or lies below; null when there is none. */
  ruleFor(host: string): DomainRule | null;
  /** The block that keeps everything of that host away; null when there is none. */
  blockOf(host: string): DomainRule | null;
  /** Nothing passes between us in either direction: it is blocked, or it is not on the list where only listed ones count. */
  isShut(host: string): boolean;
  isLimited(host: string): boolean;
  /** Whether there is any limited server at all. */
  hasLimits(): boolean;
  /** Its files are not shown here. */
  rejectsMedia(host: string): boolean;
  rejectsReports(host: string): boolean;
}

/** Where an account comes from: the domain of its handle, and its address, whose host may be another. */
export interface Origin {
  domain: string | null;
  uri: string;
}

/** What the rules make of an account. */
export type Standing = 'free' | 'limited' | 'shut';

/** Rules from what is decided now. The most exact name wins, so that an exception below a blocked name is possible. */
export function createRules(decided: {
  mode: FederationMode;
  ownHosts: readonly string[];
  blocks: readonly DomainRule[];
  allows: readonly string[];
}): DomainRules {
  const { mode, ownHosts } = decided;
  const blocks = new Map(decided.blocks.map((rule) => [rule.domain, rule]));
  const allows = new Set(decided.allows);
  const find = <Found>(host: string, look: (name: string) => Found | undefined): Found | null => {
    for (const name of hostNames(host)) {
      const found = look(name);
      if (found !== undefined) return found;
    }
    return null;
  };
  const ruleFor = (host: string): DomainRule | null =>
    blocks.size === 0 ? null : find(host, (name) => blocks.get(name));
  const isListed = (host: string): boolean => find(host, (name) => (allows.has(name) ? true : undefined)) ?? false;
  const blockOf = (host: string): DomainRule | null => {
    const rule = ruleFor(host);
    return rule?.severity === 'suspend' ? rule : null;
  };
  const isShut = (host: string): boolean =>
    blockOf(host) !== null || (mode === 'allow-list' && !isListed(host) && !isOwnName(ownHosts, host));
  const hasLimits = decided.blocks.some(({ severity }) => severity === 'limit');
  return {
    ruleFor,
    blockOf,
    isShut,
    isLimited: (host) => ruleFor(host)?.severity === 'limit',
    hasLimits: () => hasLimits,
    rejectsMedia: (host) => isShut(host) || ruleFor(host)?.rejectMedia === true,
    rejectsReports: (host) => isShut(host) || ruleFor(host)?.rejectReports === true,
  };
}

/** The names under which an account is known: a server may live under another host than its handles. */
export function hostsOf({ domain, uri }: Origin): string[] {
  const host = URL.parse(uri)?.host ?? '';
  return [...new Set([domain ?? '', host].map(plainHost))].filter((name) => name !== '');
}

/** What becomes of an account: the strictest of what is decided about its names. */
export function standingOf(rules: DomainRules, origin: Origin): Standing {
  const hosts = hostsOf(origin);
  if (hosts.some((host) => rules.isShut(host))) return 'shut';
  return hosts.some((host) => rules.isLimited(host)) ? 'limited' : 'free';
}
