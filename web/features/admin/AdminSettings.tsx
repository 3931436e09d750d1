// For those who run the place: its name, who may come in, and who is waiting at the door.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get, post, request } from '#web/lib/api.ts';
import { failureText } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import { loadInstance } from '#web/lib/instance.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { InstanceSettings, PendingSignUp, RegistrationMode } from '#web/lib/wire/staff.ts';
import { Button } from '#web/ui/Button.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { TextArea, TextField } from '#web/ui/TextField.tsx';
import { Time } from '#web/ui/Time.tsx';
import styles from './AdminSettings.module.css';

const MODES: readonly RegistrationMode[] = ['open', 'approval', 'closed'];

function Modes({ mode, onChoose }: { mode: RegistrationMode; onChoose: (mode: RegistrationMode) => void }) {
  return (
    <fieldset>
      <legend class={styles.legend}>{t('admin.registrations')}</legend>
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
            <label for={`registrations-${one}`}>{t(`admin.${one}`)}</label>
            <span id={`registrations-${one}-hint`} class={styles.hint}>
              {t(`admin.${one}Hint`)}
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
      tell(t('admin.saved'));
    } catch (cause) {
      problem.value = failureText(cause);
    }
    isSaving.value = false;
  };
  return (
    <form class={styles.form} onSubmit={save}>
      <TextField label={t('admin.title')} value={form.value.title} onValue={(title) => change({ title })} required />
      <TextArea
        label={t('admin.description')}
        hint={t('admin.descriptionHint')}
        value={form.value.description}
        onValue={(description) => change({ description })}
        rows={4}
      />
      <Modes mode={form.value.registrations} onChoose={(registrations) => change({ registrations })} />
      {problem.value && (
        <p class={styles.problem} role="alert">
          {problem.value}
        </p>
      )}
      <div>
        <Button type="submit" look="filled" isBusy={isSaving.value}>
          {t('admin.save')}
        </Button>
      </div>
    </form>
  );
}

function Waiting({ signUp, onDone }: { signUp: PendingSignUp; onDone: () => void }) {
  const isBusy = useSignal(false);
  const name = `@${signUp.username}`;
  const answer = async (verb: 'approve' | 'reject') => {
    isBusy.value = true;
    try {
      await post(`/api/admin/sign-ups/${signUp.account_id}/${verb}`);
      tell(verb === 'approve' ? t('admin.approved', { name }) : t('admin.rejected', { name }));
      onDone();
    } catch (cause) {
      tellFailure(cause);
    }
    isBusy.value = false;
  };
  return (
    <li class={styles.waiting}>
      <div class={styles.who}>
        <p>
          <strong>{name}</strong> <span class={styles.hint}>{signUp.email}</span>
        </p>
        {signUp.reason && <p class={styles.reason}>{signUp.reason}</p>}
        <p class={styles.hint}>
          <Time at={signUp.created_at} />
        </p>
      </div>
      <div class={styles.answers}>
        <Button
          size="small"
          look="filled"
          isBusy={isBusy.value}
          aria-label={t('admin.approveName', { name })}
          onClick={() => void answer('approve')}
        >
          {t('admin.approve')}
        </Button>
        <Button
          size="small"
          isBusy={isBusy.value}
          aria-label={t('admin.rejectName', { name })}
          onClick={() => void answer('reject')}
        >
          {t('admin.reject')}
        </Button>
      </div>
    </li>
  );
}

/** Loads both parts, then shows them. */
export function AdminSettings() {
  const settings = useSignal<InstanceSettings | null>(null);
  const signUps = useSignal<PendingSignUp[]>([]);
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    Promise.all([get<InstanceSettings>('/api/admin/instance'), get<PendingSignUp[]>('/api/admin/sign-ups')])
      .then(([found, waiting]) => {
        signUps.value = waiting;
        settings.value = found;
      })
      .catch((cause) => (failure.value = cause));
  };
  useEffect(load, []);
  if (failure.value) return <FailureNote cause={failure.value} onRetry={load} />;
  if (!settings.value) return <Spinner />;
  return (
    <div class={styles.page}>
      <section aria-labelledby="sign-ups">
        <h2 id="sign-ups" class={styles.heading}>
          {t('admin.signUps', { count: signUps.value.length })}
        </h2>
        {signUps.value.length === 0 ? (
          <p class={styles.none}>{t('admin.noSignUps')}</p>
        ) : (
          <ul>
            {signUps.value.map((signUp) => (
              <Waiting
                key={signUp.account_id}
                signUp={signUp}
                onDone={() => (signUps.value = signUps.peek().filter((one) => one !== signUp))}
              />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="instance">
        <h2 id="instance" class={styles.heading}>
          {t('admin.instance')}
        </h2>
        <InstanceForm loaded={settings.value} />
      </section>
    </div>
  );
}
