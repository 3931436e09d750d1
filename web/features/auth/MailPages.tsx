// The pages that mails lead to: confirming an address, choosing a new password (and asking for that mail).
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { useEffect } from 'preact/hooks';
import { post } from '#web/lib/api.ts';
import { failureText } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import { Button, ButtonLink } from '#web/ui/Button.tsx';
import { Spinner } from '#web/ui/Notes.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { AuthFrame, FormProblem } from './AuthFrame.tsx';
import styles from './MailPages.module.css';
import { useForm } from './use-form.ts';

const signInLink = () => <a href="/sign-in">{t('auth.toSignIn')}</a>;

function MailForm({ action, path, done }: { action: string; path: string; done: string }) {
  const email = useSignal('');
  const isSent = useSignal(false);
  const form = useForm(async () => {
    await post(path, { email: email.value.trim() });
    isSent.value = true;
  });
  if (isSent.value) {
    return (
      <p class={styles.done} role="status">
        {done}
      </p>
    );
  }
  return (
    <form onSubmit={form.send}>
      <FormProblem text={form.problem.value} />
      <TextField
        label={t('auth.email')}
        type="email"
        problem={form.fields.value['email']}
        value={email.value}
        onValue={(value) => (email.value = value)}
        autocomplete="email"
        required
      />
      <Button type="submit" look="filled" size="wide" isBusy={form.isBusy.value}>
        {action}
      </Button>
    </form>
  );
}

/** `/confirm?token=…`: confirms at once, or offers a new link. */
export function ConfirmPage() {
  const { query } = useLocation();
  const token = query['token'];
  const state = useSignal<'waiting' | 'done' | 'failed'>(token ? 'waiting' : 'failed');
  const problem = useSignal('');
  useEffect(() => {
    if (!token) return;
    post('/api/auth/confirm', { token }).then(
      () => (state.value = 'done'),
      (cause) => {
        problem.value = failureText(cause);
        state.value = 'failed';
      },
    );
  }, []);
  if (state.value === 'waiting') {
    return (
      <AuthFrame title={t('auth.confirming')}>
        <Spinner />
      </AuthFrame>
    );
  }
  if (state.value === 'done') {
    return (
      <AuthFrame title={t('auth.confirmedTitle')} lead={t('auth.confirmedText')}>
        <p class={styles.next}>
          <ButtonLink href="/sign-in" look="filled" size="wide">
            {t('auth.signIn')}
          </ButtonLink>
        </p>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame
      title={t('auth.confirmFailedTitle')}
      lead={problem.value || t('auth.confirmFailedText')}
      foot={signInLink()}
    >
      <MailForm action={t('auth.resend')} path="/api/auth/confirm/resend" done={t('auth.confirmSentIf')} />
    </AuthFrame>
  );
}

function NewPassword({ token }: { token: string }) {
  const password = useSignal('');
  const isDone = useSignal(false);
  const form = useForm(async () => {
    await post('/api/auth/password-reset', { token, password: password.value });
    isDone.value = true;
  });
  if (isDone.value) {
    return (
      <AuthFrame title={t('auth.resetDoneTitle')} lead={t('auth.resetDoneText')}>
        <p class={styles.next}>
          <ButtonLink href="/sign-in" look="filled" size="wide">
            {t('auth.signIn')}
          </ButtonLink>
        </p>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={t('auth.resetTitle')} foot={signInLink()}>
      <form onSubmit={form.send}>
        <FormProblem text={form.problem.value || (form.fields.value['token'] ?? '')}>
          <a href="/reset-password">{t('auth.askAgain')}</a>
        </FormProblem>
        <TextField
          label={t('auth.newPassword')}
          hint={t('auth.passwordHint')}
          problem={form.fields.value['password']}
          type="password"
          value={password.value}
          onValue={(value) => (password.value = value)}
          autocomplete="new-password"
          minLength={8}
          required
          autofocus
        />
        <Button type="submit" look="filled" size="wide" isBusy={form.isBusy.value}>
          {t('auth.setPassword')}
        </Button>
      </form>
    </AuthFrame>
  );
}

/** `/reset-password`: asks for the mail; with `?token=…` for the new password. */
export function ResetPasswordPage() {
  const { query } = useLocation();
  if (query['token']) return <NewPassword token={query['token']} />;
  return (
    <AuthFrame title={t('auth.forgotTitle')} lead={t('auth.forgotText')} foot={signInLink()}>
      <MailForm action={t('auth.sendReset')} path="/api/auth/password-reset/request" done={t('auth.resetSentIf')} />
    </AuthFrame>
  );
}
