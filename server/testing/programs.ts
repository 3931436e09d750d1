// Where the system programs are that some tests need; bin/test installs them or names what is missing.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The programs that tests know about. */
export type Program = keyof typeof programs;

const programs = {
  redis: { variable: 'ROOKERY_TEST_REDIS', names: ['redis-server'] },
  chromium: { variable: 'ROOKERY_TEST_CHROMIUM', names: ['chromium', 'chromium-browser', 'google-chrome'] },
  ffmpeg: { variable: 'ROOKERY_TEST_FFMPEG', names: ['ffmpeg'] },
};

/** The path of a program, or null when this machine has none. A variable set to nothing means "do without". */
export function programPath(program: Program): string | null {
  const { variable, names } = programs[program];
  const given = process.env[variable];
  if (given !== undefined) return given === '' ? null : given;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}
