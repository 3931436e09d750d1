// bin/rookery doctor: looks at every setting and every connection, and says how to mend what is broken.
import type { Command } from 'commander';
import { loadConfig, SettingsError, type Settings } from '#config/load.ts';
import { checkDatabase } from './doctor/database.ts';
import { checkMachine } from './doctor/machine.ts';
import { checkServices } from './doctor/services.ts';
import { broken, type Finding } from './doctor/finding.ts';
import { answering } from './terminal.ts';

/** Adds the command. */
export function addDoctorCommand(program: Command): void {
  answering(
    program
      .command('doctor')
      .description(
        'Checks every setting and connection and says how to mend what is broken. Exit code 1 when something is.',
      ),
    run,
  );
}

async function run() {
  const findings = await examine();
  const faults = findings.filter(({ state }) => state === 'broken').length;
  const warnings = findings.filter(({ state }) => state === 'warning').length;
  if (faults > 0) process.exitCode = 1;
  const verdict =
    faults + warnings === 0
      ? 'Everything is in order.'
      : `${faults} broken, ${warnings} to look at, ${findings.length - faults - warnings} in order.`;
  return { json: { ok: faults === 0, checks: findings }, lines: [...findings.flatMap(describe), '', verdict] };
}

async function examine(): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = loadConfig({ env: process.env });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.mistakes.map((mistake) =>
      broken('settings', mistake, 'Change it in the environment or in config/rookery.env.'),
    );
  }
  return [
    { check: 'settings', state: 'fine', text: 'they can be used together' },
    ...(await checkMachine(settings)),
    ...(await checkDatabase(settings)),
    ...(await checkServices(settings)),
  ];
}

const marks = { fine: 'ok    ', warning: 'look  ', broken: 'BROKEN' };

function describe({ check, state, text, mend }: Finding): string[] {
  return [`${marks[state]}  ${check}: ${text}`, ...(mend === undefined ? [] : [`        ${mend}`])];
}
