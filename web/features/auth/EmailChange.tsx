// Another e-mail address: asked for here, confirmed by the link that goes there.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get, post, request } from '#web/lib/api.ts';
import { locale, t } from '#web/lib/i18n.ts';
import { fullTime } from '#web/lib/time.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { EmailState } from '#web/lib/wire/security.ts';
import { Button } from '#web/ui/Button.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { FormProblem } from './AuthFrame.tsx';
import { withProof } from './Proof.tsx';
import styles from './Security.module.css';
import { useForm } from './use-form.ts';

function Waiting({ waiting, onDone }: { waiting: NonNullable<EmailState['waiting']>; onDone: () => void }) {
  const keep = () =>
    request('DELETE', '/api/auth/email').then(() => {
      tell(t('email.kept'));
      onDone();
    }, tellFailure);
  return (
    <div class={styles.buttons} role="status">
      <p class={styles.note}>
        {t('email.waiting', { email: waiting.email, time: fullTime(waiting.expires_at, locale.value) })}
      </p>
      <Button size="small" onClick={() => void keep()}>
        {t('email.keep')}
      </Button>
    </div>
  );
}

export function EmailChange() {
  const state = useSignal<EmailState | null>(null);
  const failure = useSignal<unknown>(null);
  const wish = useSignal('');
  const load = () => {
    failure.value = null;
    get<EmailState>('/api/auth/email').then(
      (found) => (state.value = found),
      (cause) => (failure.value = cause),
    );
  };
  useEffect(load, []);
  const form = useForm(async () => {
    if ((await withProof(() => post('/api/auth/email', { email: wish.value.trim() }))) === null) return;
    wish.value = '';
    load();
  });
  if (failure.value) return <FailureNote cause={failure.value} onRetry={load} />;
  if (!state.value) return <Spinner />;
  const { email, confirmed, waiting } = state.value;
  return (
    <>
      <p class={styles.note}>{t(confirmed ? 'email.present' : 'email.unconfirmed', { email })}</p>
      {waiting && <Waiting waiting={waiting} onDone={load} />}
      <form onSubmit={form.send} class={styles.form}>
        <FormProblem text={form.problem.value} />
        <TextField
          label={t('email.new')}
          hint={t('email.note')}
          type="email"
          problem={form.fields.value['email']}
          value={wish.value}
          onValue={(value) => (wish.value = value)}
          autocomplete="email"
          required
        />
        <div>
          <Button type="submit" isBusy={form.isBusy.value}>
            {t('email.change')}
          </Button>
        </div>
      </form>
    </>
  );
}
