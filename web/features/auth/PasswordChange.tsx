// A new password for somebody who knows the present one.
import { useSignal } from '@preact/signals';
import { ApiError, post } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { useToken } from '#web/lib/session.ts';
import { tell } from '#web/lib/toasts.ts';
import { Button } from '#web/ui/Button.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { FormProblem } from './AuthFrame.tsx';
import styles from './Security.module.css';
import { useForm } from './use-form.ts';

export function PasswordChange({ onDone }: { onDone: () => void }) {
  const present = useSignal('');
  const password = useSignal('');
  const form = useForm(async () => {
    const answer = await post<{ access_token: string }>('/api/auth/password', {
      current_password: present.value,
      password: password.value,
    });
    // All other sessions and apps have ended; this browser goes on with a token of its own.
    await useToken(answer.access_token);
    present.value = '';
    password.value = '';
    tell(t('security.passwordChanged'));
    onDone();
  });
  const { failure } = form;
  const isWrong = failure.value instanceof ApiError && failure.value.status === 403;
  return (
    <form onSubmit={form.send} class={styles.form}>
      {!isWrong && <FormProblem text={form.problem.value} />}
      <TextField
        label={t('security.presentPassword')}
        type="password"
        problem={isWrong ? form.problem.value : undefined}
        value={present.value}
        onValue={(value) => (present.value = value)}
        autocomplete="current-password"
        required
      />
      <TextField
        label={t('auth.newPassword')}
        hint={t('auth.passwordHint')}
        type="password"
        problem={form.fields.value['password']}
        value={password.value}
        onValue={(value) => (password.value = value)}
        autocomplete="new-password"
        minLength={8}
        required
      />
      <p class={styles.note}>{t('security.passwordNote')}</p>
      <div>
        <Button type="submit" isBusy={form.isBusy.value}>
          {t('security.changePassword')}
        </Button>
      </div>
    </form>
  );
}
