// As whom PostgreSQL runs. It refuses to run as root, so root hands it to the owner of its folder or to a system user.
import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { DatabaseStartError } from './explain.ts';

const run = promisify(execFile);

/** Starts programs as the right user. */
export interface Runner {
  /** The user and group that must own the files, or null for our own. */
  owner: { uid: number; gid: number } | null;
  spawn(program: string, args: readonly string[], stdio: StdioOptions): ChildProcess;
}

/** Nothing of our environment reaches PostgreSQL: its messages must be in English and its locale our own. */
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
const systemUser = 'postgres';

export interface RunnerOptions {
  binaries: Binaries;
  dataDir: string;
  /** The cluster; need not exist yet. */
  folder: string;
  onProgress: (text: string) => void;
}

/** @throws {DatabaseStartError} when no user can be found or made who may use the files */
export async function chooseRunner({ binaries, dataDir, folder, onProgress }: RunnerOptions): Promise<Runner> {
  if (process.getuid?.() !== 0) return { owner: null, spawn: (program, args, stdio) => start(program, args, stdio) };
  const owner = (await ownerOf(folder)) ?? (await idsOf(systemUser)) ?? (await makeUser(onProgress));
  if (await mayEnter(owner, [], [binaries.postgres, dataDir])) {
    return { owner, spawn: (program, args, stdio) => start(program, args, stdio, owner) };
  }
  // The software lies where only root may enter, such as /root. The database's user may then look through
  // folders, but still writes only to its own.
  for (const capability of ['dac_read_search', 'dac_override']) {
    const prefix = privileges(owner, capability);
    if (!(await mayEnter(null, prefix, [binaries.postgres, dataDir]))) continue;
    const [first = '', ...rest] = prefix;
    return { owner, spawn: (program, args, stdio) => start(first, [...rest, program, ...args], stdio) };
  }
  throw new DatabaseStartError(
    `PostgreSQL must not run as root, and the user ${systemUser} may not enter ${dataDir} or ${binaries.postgres}. ` +
      'Start as an ordinary user, put the software and DATA_DIR where others may enter (such as /srv), or set DATABASE_URL.',
  );
}

function start(
  program: string,
  args: readonly string[],
  stdio: StdioOptions,
  as?: { uid: number; gid: number },
): ChildProcess {
  // A session of its own: Ctrl-C in our terminal must not reach the database before we have drained.
  return spawn(program, args, { ...as, stdio, env: environment, cwd: '/', detached: true });
}

async function ownerOf(folder: string): Promise<Runner['owner']> {
  const found = await stat(folder).catch(() => null);
  return found === null || found.uid === 0 ? null : { uid: found.uid, gid: found.gid };
}

async function idsOf(user: string): Promise<Runner['owner']> {
  try {
    const [uid, gid] = await Promise.all([
      run('id', ['-u', user], { env: environment }),
      run('id', ['-g', user], { env: environment }),
    ]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    return null;
  }
}

async function makeUser(onProgress: (text: string) => void): Promise<{ uid: number; gid: number }> {
  onProgress(`Making the system user ${systemUser}, since PostgreSQL must not run as root`);
  const ways: ReadonlyArray<[string, string[]]> = [
    [
      'useradd',
      [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        systemUser,
      ],
    ],
    ['adduser', ['-S', '-D', '-H', systemUser]],
  ];
  let reason: unknown;
  for (const [program, args] of ways) {
    // Two first starts may race: what counts is that the user is there in the end.
    await run(program, args, { env: environment }).catch((error: unknown) => (reason = error));
    const made = await idsOf(systemUser);
    if (made !== null) return made;
  }
  throw new DatabaseStartError(
    `PostgreSQL must not run as root, and the user ${systemUser} could not be made. Make it, or start as an ordinary user, or set DATABASE_URL.`,
    reason,
  );
}

async function mayEnter(as: Runner['owner'], prefix: readonly string[], paths: readonly string[]): Promise<boolean> {
  const [program = '', ...args] = [
    ...prefix,
    '/bin/sh',
    '-c',
    'for path; do test -x "$path" || exit 1; done',
    'sh',
    ...paths,
  ];
  return run(program, args, { cwd: '/', env: environment, ...as }).then(
    () => true,
    () => false,
  );
}

/** The command that runs the rest of a command line as this user with one capability left. */
function privileges({ uid, gid }: { uid: number; gid: number }, capability: string): string[] {
  const granted = `+${capability}`;
  return [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=${granted}`,
    `--ambient-caps=${granted}`,
    // Else access(2), by which PostgreSQL looks for its own programs, would not count the capability.
    '--securebits=+no_setuid_fixup',
    '--',
  ];
}
