// Makes the two pages that show the table of settings: config/example.env and docs/run/settings.md.
// `npm run settings:write` writes them; a test fails when they are no longer true.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { softwareFolder } from './parsers.ts';
import type { Setting } from './setting.ts';
import { settingRows, type SettingRow } from './settings.ts';

/** Path in the repository and full text of each page. */
export function settingsPages(): ReadonlyMap<string, string> {
  return new Map([
    ['config/example.env', exampleEnv()],
    ['docs/run/settings.md', settingsTable()],
  ]);
}

function exampleEnv(): string {
  const parts = [
    '# Every setting with its help. Copy this file to config/rookery.env and take the # away from what you change.',
    '# A variable of the same name in the environment wins over the file.',
  ];
  for (const [group, rows] of byGroup()) {
    parts.push('', `# ---- ${group} ----`);
    for (const { setting } of rows) {
      parts.push('', ...wrap(setting.help, 110).map((line) => `# ${line}`));
      parts.push(`# Write ${setting.kind}. ${defaultSentence(setting)}`, `#${setting.name}=${plainDefault(setting)}`);
    }
  }
  return `${parts.join('\n')}\n`;
}

function settingsTable(): string {
  const parts = [
    '# Settings',
    '',
    'This page is made from `config/settings.ts` by `npm run settings:write`; do not edit it.',
    '',
    'A setting is read from the environment, else from `config/rookery.env` (`NAME=VALUE` lines; start from',
    '`config/example.env`). An empty value counts as absent. Wrong or contradictory settings stop the server before it',
    'opens anything: it names every mistake and ends with exit code 1. `bin/rookery doctor` checks the connections too.',
    '',
    'A setting marked *secret* is never logged or shown.',
  ];
  for (const [group, rows] of byGroup()) {
    parts.push('', `## ${group}`, '', '| Setting | Default | What it does |', '| --- | --- | --- |');
    for (const { setting, secret } of rows) {
      const mark = secret ? ' *(secret)*' : '';
      parts.push(`| \`${setting.name}\`${mark} | ${cell(shownDefault(setting))} | ${cell(whatItDoes(setting))} |`);
    }
  }
  return `${parts.join('\n')}\n`;
}

function byGroup(): Map<string, SettingRow[]> {
  const groups = new Map<string, SettingRow[]>();
  for (const row of settingRows) {
    groups.set(row.setting.group, [...(groups.get(row.setting.group) ?? []), row]);
  }
  return groups;
}

function whatItDoes(setting: Setting<unknown>): string {
  return `${setting.help} Write ${setting.kind}.`;
}

function plainDefault(setting: Setting<unknown>): string {
  return typeof setting.fallback === 'string' ? setting.fallback : '';
}

function shownDefault(setting: Setting<unknown>): string {
  return setting.fallbackShown ?? (plainDefault(setting) === '' ? 'not set' : `\`${plainDefault(setting)}\``);
}

function defaultSentence(setting: Setting<unknown>): string {
  if (setting.fallbackShown !== undefined) return `Default: ${setting.fallbackShown}.`;
  return plainDefault(setting) === '' ? 'Not set by default.' : `Default: ${plainDefault(setting)}.`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Writes both pages into the repository. */
export function writeSettingsPages(): void {
  for (const [path, page] of settingsPages()) {
    const file = join(softwareFolder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, page);
  }
}

if (import.meta.main) writeSettingsPages();
