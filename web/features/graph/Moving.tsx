// Going on under another account: who one was before, where one goes, and what that does, in words before it is done.
import { useSignal, type Signal } from '@preact/signals';
import { ProofHost, withProof } from '#web/features/auth/Proof.tsx';
import { useForm } from '#web/features/auth/use-form.ts';
import { get, post, request } from '#web/lib/api.ts';
import { locale, rich, t } from '#web/lib/i18n.ts';
import { accountPath } from '#web/lib/links.ts';
import { fullTime } from '#web/lib/time.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { useLoaded, Waiting } from '#web/ui/Loaded.tsx';
import { Problem } from '#web/ui/Notes.tsx';
import { Buttons, Section, Sections } from '#web/ui/Section.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import styles from './Moving.module.css';

interface Move {
  moved_to: Account | null;
  /** Null when one may move now. */
  may_move_after: string | null;
  aliases: { uri: string; acct: string | null }[];
}

interface PartProps {
  move: Move;
  onChange: (move: Move) => void;
}

interface HandleFormProps {
  label: string;
  /** The field's name in the answers of the server. */
  field: string;
  name: Signal<string>;
  form: ReturnType<typeof useForm>;
  send: string;
  isGrave?: boolean;
}

/** Names another account, and the button that does something with it. */
function HandleForm({ label, field, name, form, send, isGrave = false }: HandleFormProps) {
  return (
    <form class={styles.form} onSubmit={form.send}>
      <Problem text={form.problem.value} />
      <TextField
        label={label}
        hint={t('moving.handleHint')}
        problem={form.fields.value[field]}
        value={name.value}
        onValue={(value) => (name.value = value)}
        isHandle
        required
      />
      <Buttons>
        <Button type="submit" look={isGrave ? 'danger' : 'plain'} isBusy={form.isBusy.value}>
          {send}
        </Button>
      </Buttons>
    </form>
  );
}

function Aliases({ move, onChange }: PartProps) {
  const name = useSignal('');
  const form = useForm(async () => {
    onChange(await post<Move>('/api/move/aliases', { account: name.peek().trim() }));
    name.value = '';
  });
  const remove = (uri: string) =>
    request<Move>('DELETE', '/api/move/aliases', { query: { uri } }).then(onChange, tellFailure);
  return (
    <Section title={t('moving.from')} lead={t('moving.fromText')}>
      {move.aliases.length > 0 && (
        <ul aria-label={t('moving.aliases')}>
          {move.aliases.map(({ uri, acct }) => (
            <li key={uri} class={styles.alias}>
              <span>{acct ? `@${acct}` : uri}</span>
              <Button
                size="small"
                aria-label={t('moving.removeName', { name: acct ?? uri })}
                onClick={() => void remove(uri)}
              >
                {t('moving.remove')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <HandleForm label={t('moving.oldAccount')} field="account" name={name} form={form} send={t('moving.add')} />
    </Section>
  );
}

function Moved({ target, onChange }: { target: Account; onChange: (move: Move) => void }) {
  const stay = async () => {
    const isSure = await ask({ title: t('moving.stayTitle'), text: t('moving.stayText'), yes: t('moving.stay') });
    if (isSure) await request<Move>('DELETE', '/api/move').then(onChange, tellFailure);
  };
  return (
    <>
      <p role="status">{rich('moving.movedTo', { name: <a href={accountPath(target)}>@{target.acct}</a> })}</p>
      <Buttons>
        <Button onClick={() => void stay()}>{t('moving.stay')}</Button>
      </Buttons>
    </>
  );
}

function GoForm({ onChange }: { onChange: (move: Move) => void }) {
  const to = useSignal('');
  const form = useForm(async () => {
    const name = to.peek().trim();
    const isSure = await ask({
      title: t('moving.goTitle', { name }),
      text: t('moving.goText'),
      yes: t('moving.go'),
      isDangerous: true,
    });
    const moved = isSure ? await withProof(() => post<Move>('/api/move', { to: name })) : null;
    if (moved === null) return;
    to.value = '';
    tell(t('moving.gone'));
    onChange(moved);
  });
  return (
    <>
      <ul class={styles.facts}>
        <li>{t('moving.factFollowers')}</li>
        <li>{t('moving.factPosts')}</li>
        <li>{t('moving.factAlias')}</li>
        <li>{t('moving.factOnce')}</li>
      </ul>
      <HandleForm label={t('moving.newAccount')} field="to" name={to} form={form} send={t('moving.go')} isGrave />
    </>
  );
}

function Going({ move, onChange }: PartProps) {
  const { moved_to: target, may_move_after: after } = move;
  return (
    <Section title={t('moving.to')} lead={t('moving.toText')}>
      {target && <Moved target={target} onChange={onChange} />}
      {after && <p>{t('moving.notBefore', { time: fullTime(after, locale.value) })}</p>}
      {!target && !after && <GoForm onChange={onChange} />}
    </Section>
  );
}

/** Settings → moving. */
export function Moving() {
  const loaded = useLoaded(() => get<Move>('/api/move'));
  const move = loaded.value.value;
  if (!move) return <Waiting of={loaded} />;
  const change = (changed: Move) => (loaded.value.value = changed);
  return (
    <Sections>
      <Aliases move={move} onChange={change} />
      <Going move={move} onChange={change} />
      <ProofHost />
    </Sections>
  );
}
