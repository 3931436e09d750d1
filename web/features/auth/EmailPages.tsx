// The pages that letters about a changed address lead to: using the new one, and taking the change back.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { useEffect } from 'preact/hooks';
import { post, token as session } from '#web/lib/api.ts';
import { failureText } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import { Button, ButtonLink } from '#web/ui/Button.tsx';
import { Spinner } from '#web/ui/Notes.tsx';
import { AuthFrame, FormProblem } from './AuthFrame.tsx';
import styles from './MailPages.module.css';
import { useForm } from './use-form.ts';

function Next({ href, text }: { href: string; text: string }) {
  return (
    <p class={styles.next}>
      <ButtonLink href={href} look="filled" size="wide">
        {text}
      </ButtonLink>
    </p>
  );
}

const toSecurity = () => <Next href="/settings/security" text={t('email.toSecurity')} />;

function UseAddress({ token }: { token: string }) {
  const email = useSignal('');
  const problem = useSignal('');
  useEffect(() => {
    post<{ email: string }>('/api/auth/email/confirm', { token }).then(
      (answer) => (email.value = answer.email),
      (cause) => (problem.value = failureText(cause)),
    );
  }, []);
  if (problem.value) {
    return (
      <AuthFrame title={t('email.failedTitle')} lead={problem.value}>
        {toSecurity()}
      </AuthFrame>
    );
  }
  if (email.value) {
    return (
      <AuthFrame title={t('email.doneTitle')} lead={t('email.doneText', { email: email.value })}>
        {toSecurity()}
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={t('email.confirming')}>
      <Spinner />
    </AuthFrame>
  );
}

/** `/confirm-email?token=…`: uses the address at once for whoever is signed in; a visitor signs in first. */
export function ConfirmEmailPage() {
  const { query } = useLocation();
  const token = query['token'];
  if (!token) return <AuthFrame title={t('email.failedTitle')} lead={t('email.incomplete')} />;
  if (session.value) return <UseAddress token={token} />;
  const back = encodeURIComponent(`/confirm-email?token=${encodeURIComponent(token)}`);
  return (
    <AuthFrame title={t('email.title')} lead={t('email.signInFirst')}>
      <Next href={`/sign-in?return_to=${back}`} text={t('auth.signIn')} />
    </AuthFrame>
  );
}

function TakeBack({ token }: { token: string }) {
  const removed = useSignal<number | null>(null);
  const form = useForm(async () => {
    const answer = await post<{ factors_removed: number }>('/api/auth/email/restore', { token });
    removed.value = answer.factors_removed;
  });
  if (removed.value !== null) {
    return (
      <AuthFrame title={t('email.restoredTitle')} lead={t('email.restoredText')}>
        {removed.value > 0 && <p>{t('email.restoredFactors', { count: removed.value })}</p>}
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={t('email.restoreTitle')} lead={t('email.restoreText')}>
      <form onSubmit={form.send}>
        <FormProblem text={form.problem.value || (form.fields.value['token'] ?? '')} />
        <Button type="submit" look="filled" size="wide" isBusy={form.isBusy.value}>
          {t('email.restore')}
        </Button>
      </form>
    </AuthFrame>
  );
}

/** `/restore-email?token=…`: asks once more, as programs that look through mail open links too. */
export function RestoreEmailPage() {
  const { query } = useLocation();
  const token = query['token'];
  if (!token) return <AuthFrame title={t('email.restoreTitle')} lead={t('email.incomplete')} />;
  return <TakeBack token={token} />;
}
