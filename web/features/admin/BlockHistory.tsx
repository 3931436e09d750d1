// What was decided about other servers, when and by whom, and the way to take it back.
import { signal } from '@preact/signals';
import { History } from 'lucide-preact';
import { useEffect, useState } from 'preact/hooks';
import { get } from '#web/lib/api.ts';
import { locale } from '#web/lib/i18n.ts';
import { pagedList } from '#web/lib/paged-list.ts';
import { mayAdminister } from '#web/lib/session.ts';
import { fullTime } from '#web/lib/time.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import type { DomainChange } from '#web/lib/wire/staff.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { Pages } from '#web/ui/Pages.tsx';
import { Row, RowText } from '#web/ui/Row.tsx';
import { standing } from './BlockPreview.tsx';
import { undoChange } from './blocks.ts';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

/** Who they are, by their ids. */
const names = signal<ReadonlyMap<string, string>>(new Map());

/** Asks who did these. Without an answer they stand there without a name. */
async function learnNames(changes: DomainChange[]): Promise<void> {
  const ids = new Set(changes.flatMap(({ account_id: id }) => (id === null || names.peek().has(id) ? [] : [id])));
  if (ids.size === 0) return;
  const found = await get<Account[]>('/api/v1/accounts', { id: [...ids] }).catch(() => []);
  names.value = new Map([...names.peek(), ...found.map(({ id, acct }): [string, string] => [id, `@${acct}`])]);
}

function stepInWords(step: DomainChange['steps'][number]): string {
  if (step.kind === 'allow') return `${step.domain}: ${say(step.after ? 'history.allowed' : 'history.disallowed')}`;
  return `${step.domain}: ${standing(step.before)} → ${standing(step.after)}`;
}

/** So many stand there at once; more are opened. */
const FEW = 2;

function Steps({ change: { count, steps } }: { change: DomainChange }) {
  if (count <= FEW) {
    return (
      <>
        {steps.map((step) => (
          <RowText key={`${step.kind} ${step.domain}`}>{stepInWords(step)}</RowText>
        ))}
      </>
    );
  }
  return (
    <details class={styles.group}>
      <summary>{say('history.servers', { count })}</summary>
      <ul>
        {steps.map((step) => (
          <li key={`${step.kind} ${step.domain}`}>{stepInWords(step)}</li>
        ))}
        {count > steps.length && <li>{say('preview.more', { count: count - steps.length })}</li>}
      </ul>
    </details>
  );
}

function ChangeRow({ change, onUndo }: { change: DomainChange; onUndo: () => void }) {
  const { source, account_id: by, created_at: at, undone_at: undone } = change;
  const time = fullTime(at, locale.value);
  const who = by === null ? say('history.noOne') : (names.value.get(by) ?? say('history.someone'));
  return (
    <Row
      title={say(`history.source.${source}`)}
      facts={[time, who, ...(undone ? [say('history.undoneAt', { time: fullTime(undone, locale.value) })] : [])]}
      actions={
        mayAdminister.value &&
        undone === null && (
          <Button size="small" aria-label={say('history.undoName', { time })} onClick={onUndo}>
            {say('history.undo')}
          </Button>
        )
      }
    >
      <Steps change={change} />
    </Row>
  );
}

/** The newest first. */
export function BlockHistory() {
  const [list] = useState(() =>
    pagedList<DomainChange>('/api/admin/domain-changes', (changes) => void learnNames(changes)),
  );
  useEffect(() => void list.more(), []);
  const undo = async ({ id, count }: DomainChange) => {
    const isSure = await ask({
      title: say('history.undoTitle', { count }),
      text: say('history.undoText'),
      yes: say('history.undo'),
      isDangerous: true,
    });
    if (isSure && (await undoChange(id))) await list.reload();
  };
  return (
    <Pages
      list={list}
      label={say('blocks.tab.history')}
      empty={<EmptyNote title={say('history.none')} icon={<History size={28} aria-hidden />} />}
      row={(change) => <ChangeRow key={change.id} change={change} onUndo={() => void undo(change)} />}
    />
  );
}
