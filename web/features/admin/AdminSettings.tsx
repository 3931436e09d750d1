// For those who run the place: ways to their pages, who is waiting at the door, its name, and who may come in.
import { useSignal } from '@preact/signals';
import { get, post, request } from '#web/lib/api.ts';
import { failureText } from '#web/lib/failure.ts';
import { loadInstance } from '#web/lib/instance.ts';
import { mayAdminister } from '#web/lib/session.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { InstanceSettings, PendingSignUp, RegistrationMode } from '#web/lib/wire/staff.ts';
import { Button } from '#web/ui/Button.tsx';
import { Select } from '#web/ui/Choice.tsx';
import { LinkRow } from '#web/ui/LinkRow.tsx';
import { useLoaded, Waiting } from '#web/ui/Loaded.tsx';
import { Problem } from '#web/ui/Notes.tsx';
import { Row } from '#web/ui/Row.tsx';
import { Section, Sections } from '#web/ui/Section.tsx';
import { TextArea, TextField } from '#web/ui/TextField.tsx';
import { Time } from '#web/ui/Time.tsx';
import { staffPages } from './staff-pages.ts';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

const AUDIENCES = ['all', 'users', 'nobody'] as const;
const MODES: readonly RegistrationMode[] = ['open', 'approval', 'closed'];

function Modes({ mode, onChoose }: { mode: RegistrationMode; onChoose: (mode: RegistrationMode) => void }) {
  return (
    <fieldset>
      <legend class={styles.legend}>{say('admin.registrations')}</legend>
      <div class={styles.modes}>
        {MODES.map((one) => (
          <div key={one} class={styles.mode}>
            <input
              id={`registrations-${one}`}
              type="radio"
              name="registrations"
              aria-describedby={`registrations-${one}-hint`}
              checked={mode === one}
              onChange={() => onChoose(one)}
            />
            <label for={`registrations-${one}`}>{say(`admin.${one}`)}</label>
            <span id={`registrations-${one}-hint`} class={styles.hint}>
              {say(`admin.${one}Hint`)}
            </span>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

function InstanceForm({ loaded }: { loaded: InstanceSettings }) {
  const form = useSignal(loaded);
  const isSaving = useSignal(false);
  const problem = useSignal('');
  const change = (changes: Partial<InstanceSettings>) => (form.value = { ...form.peek(), ...changes });
  const save = async (event: Event) => {
    event.preventDefault();
    isSaving.value = true;
    problem.value = '';
    try {
      form.value = await request<InstanceSettings>('PATCH', '/api/admin/instance', { body: form.peek() });
      await loadInstance();
      tell(say('admin.saved'));
    } catch (cause) {
      problem.value = failureText(cause);
    }
    isSaving.value = false;
  };
  return (
    <form class={styles.form} onSubmit={save}>
      <TextField label={say('admin.title')} value={form.value.title} onValue={(title) => change({ title })} required />
      <TextArea
        label={say('admin.description')}
        hint={say('admin.descriptionHint')}
        value={form.value.description}
        onValue={(description) => change({ description })}
        rows={4}
      />
      <Modes mode={form.value.registrations} onChoose={(registrations) => change({ registrations })} />
      <Select
        label={say('admin.blocksShown')}
        options={AUDIENCES.map((value) => ({ value, label: say(`admin.blocksShown.${value}`) }))}
        chosen={form.value.blocks_shown_to}
        onChoose={(audience) => change({ blocks_shown_to: audience })}
      />
      <Problem text={problem.value} />
      <div>
        <Button type="submit" look="filled" isBusy={isSaving.value}>
          {say('admin.save')}
        </Button>
      </div>
    </form>
  );
}

function SignUp({ signUp, onDone }: { signUp: PendingSignUp; onDone: () => void }) {
  const isBusy = useSignal(false);
  const name = `@${signUp.username}`;
  const answer = async (verb: 'approve' | 'reject') => {
    isBusy.value = true;
    try {
      await post(`/api/admin/sign-ups/${signUp.account_id}/${verb}`);
      tell(verb === 'approve' ? say('admin.approved', { name }) : say('admin.rejected', { name }));
      onDone();
    } catch (cause) {
      tellFailure(cause);
    }
    isBusy.value = false;
  };
  return (
    <Row
      title={name}
      isUnderHeading
      facts={[signUp.email]}
      actions={
        <>
          <Button
            size="small"
            look="filled"
            isBusy={isBusy.value}
            aria-label={say('admin.approveName', { name })}
            onClick={() => void answer('approve')}
          >
            {say('admin.approve')}
          </Button>
          <Button
            size="small"
            isBusy={isBusy.value}
            aria-label={say('admin.rejectName', { name })}
            onClick={() => void answer('reject')}
          >
            {say('admin.reject')}
          </Button>
        </>
      }
    >
      {signUp.reason && <p class={styles.reason}>{signUp.reason}</p>}
      <p class={styles.hint}>
        <Time at={signUp.created_at} />
      </p>
    </Row>
  );
}

function SignUps() {
  const loaded = useLoaded(() => get<PendingSignUp[]>('/api/admin/sign-ups'));
  const signUps = loaded.value.value;
  const drop = (done: PendingSignUp) =>
    (loaded.value.value = loaded.value.peek()?.filter((one) => one !== done) ?? null);
  return (
    <Section title={say('admin.signUps', { count: signUps?.length ?? 0 })}>
      {!signUps && <Waiting of={loaded} />}
      {signUps?.length === 0 && <p class={styles.none}>{say('admin.noSignUps')}</p>}
      <ul>
        {signUps?.map((signUp) => (
          <SignUp key={signUp.account_id} signUp={signUp} onDone={() => drop(signUp)} />
        ))}
      </ul>
    </Section>
  );
}

function Instance() {
  const loaded = useLoaded(() => get<InstanceSettings>('/api/admin/instance'));
  return (
    <Section title={say('admin.instance')}>
      {loaded.value.value ? <InstanceForm loaded={loaded.value.value} /> : <Waiting of={loaded} />}
    </Section>
  );
}

/** Settings → server. Moderators have fewer parts. */
export function AdminSettings() {
  return (
    <Sections>
      <nav aria-label={say('staff.pages')}>
        <ul class={styles.ways}>
          {staffPages().map(({ name, icon: Icon }) => (
            <LinkRow
              key={name}
              href={`/settings/server/${name}`}
              icon={<Icon size={20} aria-hidden />}
              title={say(`${name}.title`)}
            />
          ))}
        </ul>
      </nav>
      <SignUps />
      {mayAdminister.value && <Instance />}
    </Sections>
  );
}
