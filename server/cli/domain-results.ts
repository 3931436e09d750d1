// What bin/rookery domain … prints of changes, made or only looked at.
import { serializePreview } from '#server/features/domains/serializers/lists.ts';
import type { Preview } from '#server/features/domains/service/lists.ts';
import { table, type Result } from './terminal.ts';

/** What was done, in a line or two. */
export function madeLines({ change_id: id, changed }: { change_id: string | null; changed: number }): string[] {
  if (id === null) return ['Nothing has changed.'];
  return [`${changed} ${changed === 1 ? 'server' : 'servers'} changed. To take it back: bin/rookery domain undo ${id}`];
}

/** What would be done. */
export function previewResult(preview: Preview): Result {
  const json = serializePreview(preview);
  const rows = [
    ...json.added.map((one) => ['+', one.domain, one.after?.severity ?? '', String(one.follows || '')]),
    ...json.changed.map((one) => ['~', one.domain, one.after?.severity ?? '', String(one.follows || '')]),
    ...json.removed.map((one) => ['-', one.domain, '', '']),
    ...json.kept.map((one) => ['=', one.domain, `${one.terms.severity} stays (${one.reason})`, '']),
  ];
  return {
    json,
    lines: [
      ...(rows.length === 0 ? [] : table(['', 'NAME', 'SEVERITY', 'FOLLOWS LOST'], rows)),
      ...json.refused.map(({ line, text: written, reason }) => `Line ${line} is not used: ${written} (${reason})`),
      `${json.added.length} added, ${json.changed.length} changed, ${json.removed.length} lifted, ${json.same} as they are, ${json.follows} follows lost.`,
    ],
  };
}
