// Turns what PostgreSQL writes when it cannot start into a text that says what to do.

/** The embedded database cannot be used; the message says why and what to do about it. */
export class DatabaseStartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseStartError';
  }
}

const instead = 'Or run a PostgreSQL of your own and set DATABASE_URL.';

const known: ReadonlyArray<{ sign: RegExp; advice: string }> = [
  {
    sign: /No space left on device|Disk quota exceeded/i,
    advice: 'The disk is full: free some space where DATA_DIR is, then start again.',
  },
  {
    sign: /has wrong ownership|must be owned by/i,
    advice:
      'The folder postgres in DATA_DIR belongs to another user: start as the user who made it, or give the folder to the user who runs it (chown -R).',
  },
  {
    sign: /invalid permissions|group or world access/i,
    advice: 'Others may read the folder postgres in DATA_DIR: run chmod 0700 on it, then start again.',
  },
  {
    sign: /Read-only file system/i,
    advice: 'DATA_DIR is on a read-only file system: make it writable or set DATA_DIR to another folder.',
  },
  {
    sign: /Permission denied|could not access directory|could not change directory/i,
    advice: `The user who runs the database may not use DATA_DIR or the software's folder. Give it the right to enter and write there. ${instead}`,
  },
  { sign: /locale|encoding/i, advice: `The database could not be made with the locale C.UTF-8. ${instead}` },
  {
    sign: /incompatible with server|was initialized by PostgreSQL version/i,
    advice:
      'The folder postgres in DATA_DIR was made by another major version of PostgreSQL: start the version of this software that made it, make a backup there and restore it here.',
  },
  {
    sign: /shared memory|could not map anonymous|Cannot allocate memory|semaphore/i,
    advice:
      'The machine has too little memory (or shared memory: in a container give it --shm-size=256m) for the database.',
  },
  { sign: /could not bind|Address already in use/i, advice: 'Its port was taken at that moment: start again.' },
  {
    sign: /could not locate a valid checkpoint|invalid checkpoint|PANIC/i,
    advice: 'The database files are damaged. Do not change them; restore the last backup into a new DATA_DIR.',
  },
  {
    sign: /GLIBC|not found \(required by|error while loading shared libraries/i,
    advice: `This system lacks a library that the shipped PostgreSQL needs. ${instead}`,
  },
];

/** The error for a program that ended, from what it wrote. */
export function explain(what: string, output: string): DatabaseStartError {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const advice = known.find(({ sign }) => sign.test(output))?.advice ?? instead;
  const telling = lines.filter((line) => /FATAL|PANIC|error|denied|failed|HINT/i.test(line));
  const shown = (telling.length > 0 ? telling : lines).slice(-4).map((line) => `  ${line.trim()}`);
  return new DatabaseStartError([`${what}. ${advice}`, ...shown].join('\n'));
}

/** The code of a system or database error ('ENOENT', '57P01'), or null. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
