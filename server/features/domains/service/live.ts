// The rules in force, in the memory of each process: read at its start, and again whenever any process changes them.
import type { Logger } from 'pino';
import type { Config } from '#config/load.ts';
import type { Database } from '#server/platform/database.ts';
import { createRules, type DomainRules } from '../policy.ts';
import { loadDecided } from '../queries.ts';

/** The NOTIFY channel of a change. It reaches processes without a common bus too, such as the command line's server. */
export const domainsChannel = 'rookery_domains';

export interface Domains extends DomainRules {
  /** Reads the rules anew: what was committed before holds here when it resolves. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Loads the rules and keeps them as they are decided. @throws when the database cannot be read */
export async function openDomains(options: {
  database: Database;
  config: Pick<Config, 'origin' | 'handleDomain' | 'federation'>;
  log: Logger;
}): Promise<Domains> {
  const { database, config, log } = options;
  const ownHosts = [new URL(config.origin).host, config.handleDomain];
  const load = async (): Promise<DomainRules> =>
    createRules({ mode: config.federation, ownHosts, ...(await loadDecided(database)) });
  let rules: DomainRules;
  // One after the other: an older answer must not replace a newer one.
  let reading = Promise.resolve();
  const refresh = (): Promise<void> => {
    const next = reading.then(async () => {
      rules = await load();
    });
    reading = next.catch(() => {});
    return next;
  };
  const unlisten = await database.listen(domainsChannel, () => {
    refresh().catch((error: unknown) =>
      log.error({ err: error }, 'the rules about other servers could not be read anew'),
    );
  });
  rules = await load();
  return {
    ruleFor: (host) => rules.ruleFor(host),
    blockOf: (host) => rules.blockOf(host),
    isShut: (host) => rules.isShut(host),
    isLimited: (host) => rules.isLimited(host),
    hasLimits: () => rules.hasLimits(),
    rejectsMedia: (host) => rules.rejectsMedia(host),
    rejectsReports: (host) => rules.rejectsReports(host),
    refresh,
    close: unlisten,
  };
}
