// What a list of blocks would change, before it is done.
import type { BlockPreview as Preview, BlockTerms, PlannedBlock } from '#web/lib/wire/staff.ts';
import { termsInWords } from './blocks.ts';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

/** Lists hold thousands; nobody reads them all here. */
const MOST_SHOWN = 200;

function Group({ title, lines }: { title: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <details class={styles.group}>
      <summary>{title}</summary>
      <ul>
        {lines.slice(0, MOST_SHOWN).map((line) => (
          <li key={line}>{line}</li>
        ))}
        {lines.length > MOST_SHOWN && <li>{say('preview.more', { count: lines.length - MOST_SHOWN })}</li>}
      </ul>
    </details>
  );
}

/** What holds, in words; nothing for null. */
export const standing = (terms: BlockTerms | null): string =>
  terms ? termsInWords(terms).join(', ') : say('preview.nothing');

const planned = ({ domain, before, after, follows }: PlannedBlock): string => {
  const change = before && after ? `${standing(before)} → ${standing(after)}` : standing(after ?? before);
  return `${domain}: ${change}${follows ? ` (${say('preview.follows', { count: follows })})` : ''}`;
};

/** How many servers it is about. */
export const countChanges = ({ added, changed, removed }: Preview): number =>
  added.length + changed.length + removed.length;

/** All of it: numbers first, names on demand. */
export function BlockPreview({ preview }: { preview: Preview }) {
  const { added, changed, removed, kept, same, refused, follows } = preview;
  return (
    <div class={styles.preview} role="status">
      {countChanges(preview) === 0 && <p>{say('preview.none')}</p>}
      <Group title={say('preview.added', { count: added.length })} lines={added.map(planned)} />
      <Group title={say('preview.changed', { count: changed.length })} lines={changed.map(planned)} />
      <Group title={say('preview.removed', { count: removed.length })} lines={removed.map(planned)} />
      <Group
        title={say('preview.kept', { count: kept.length })}
        lines={kept.map(({ domain, terms, reason }) => `${domain}: ${standing(terms)} (${say(`preview.${reason}`)})`)}
      />
      {same > 0 && <p class={styles.none}>{say('preview.same', { count: same })}</p>}
      <Group
        title={say('preview.refused', { count: refused.length })}
        lines={refused.map(({ line, text, reason }) =>
          say('preview.line', { line, text, reason: say(`preview.${reason}`) }),
        )}
      />
      {follows > 0 && <p class={styles.grave}>{say('preview.endsFollows', { count: follows })}</p>}
    </div>
  );
}
