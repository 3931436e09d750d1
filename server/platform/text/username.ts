// Which names a local account may have: plain ASCII, short, and not one that people take for the staff or a mailbox.

const MAX_USERNAME_LENGTH = 30;

// Names of roles and mailboxes (RFC 2142), of pages, and of everyone at once.
const RESERVED = new Set(
  (
    'abuse account accounts admin administrator all api app auth autoconfig autodiscover billing bot channel contact ' +
    'dev everyone federation feedback ftp guest help helpdesk here hostmaster imap info instance inbox invite ' +
    'legal login logout mail mailerdaemon media mod moderation moderator mods news nobody noc noreply null ' +
    'official operator outbox owner password payment ping pop pop3 postmaster press privacy rookery root sales security ' +
    'server service settings signin signout signup smtp ssladmin ssladministrator sslwebmaster staff status ' +
    'superuser support sysadmin sysop system team tech terms undefined usenet user users uucp verified ' +
    'verify webfinger webmaster wellknown wheel www'
  ).split(' '),
);

/**
 * Whether `local` has the form of a local user name: 1 to 30 ASCII letters, digits and underscores.
 * Letters of other scripts are refused, so that no name looks like another; compare names without regard to case.
 */
export function isUsername(local: string): boolean {
  return local.length <= MAX_USERNAME_LENGTH && /^[A-Za-z0-9_]+$/u.test(local);
}

/**
 * Whether a name is kept for the people who run the server (`admin`, `support`, `postmaster`, …). Underscores, case and
 * the digits that stand in for letters make no difference. Sign-up refuses these; the command line may give them.
 */
export function isReservedUsername(local: string): boolean {
  const plain = local.toLowerCase().replaceAll('_', '');
  const spelt = plain.replaceAll('0', 'o').replaceAll('1', 'i').replaceAll('3', 'e').replaceAll('5', 's');
  return RESERVED.has(plain) || RESERVED.has(spelt) || RESERVED.has(plain.replaceAll('1', 'l'));
}
