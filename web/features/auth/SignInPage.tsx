// Signing in. An app that asked for access gets the person back afterwards.
import { useSignal } from '@preact/signals';
import { KeyRound } from 'lucide-preact';
import { useLocation } from 'preact-iso/router';
import { ApiError, post } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { safeReturnPath } from '#web/lib/navigation.ts';
import { finishSignIn, signIn, type SecondFactor } from '#web/lib/session.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import { Button } from '#web/ui/Button.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { AuthFrame, FormProblem } from './AuthFrame.tsx';
import { answerWithPasskey, canUsePasskeys } from './passkey-acts.ts';
import { SecondStep } from './SecondStep.tsx';
import { useForm } from './use-form.ts';

function Resend({ login }: { login: string }) {
  const resend = () =>
    post('/api/auth/confirm/resend', { email: login }).then(
      () => tell(t('auth.confirmSent')),
      (cause) => tellFailure(cause),
    );
  return (
    <button type="button" onClick={() => void resend()}>
      {t('auth.resend')}
    </button>
  );
}

/** `/sign-in?return_to=…` */
export function SignInPage() {
  const { query } = useLocation();
  const login = useSignal('');
  const password = useSignal('');
  const returnPath = safeReturnPath(query['return_to'], location.origin);
  const wanted = useSignal<SecondFactor | null>(null);
  // A whole new page: nothing that was loaded for a visitor stays.
  const enter = () => location.assign(returnPath ?? '/');
  const form = useForm(async () => {
    wanted.value = await signIn(login.value.trim(), password.value);
    if (!wanted.value) enter();
  });
  const byPasskey = useForm(async () => {
    await finishSignIn('/api/auth/sign-in/passkey', {
      passkey: await answerWithPasskey('/api/auth/passkey/challenge'),
    });
    enter();
  });
  const { failure } = form;
  const mayResend = failure.value instanceof ApiError && failure.value.status === 403 && login.value.includes('@');
  const isForApp = returnPath?.startsWith('/oauth/') ?? false;
  const lead = query['ended'] ? t('auth.ended') : isForApp ? t('auth.forApp') : undefined;
  const returnQuery = returnPath ? `?return_to=${encodeURIComponent(returnPath)}` : '';
  if (wanted.value) {
    return (
      <AuthFrame title={t('factor.step')} lead={t('factor.stepText')}>
        <SecondStep wanted={wanted.value} onDone={enter} onBack={() => (wanted.value = null)} />
      </AuthFrame>
    );
  }
  return (
    <AuthFrame
      title={t('auth.signInTitle')}
      lead={lead}
      foot={
        <>
          <a href="/reset-password">{t('auth.forgot')}</a>
          {instance.value?.registrations.enabled !== false && (
            <span>
              {t('auth.newHere')} <a href={`/sign-up${returnQuery}`}>{t('auth.signUp')}</a>
            </span>
          )}
        </>
      }
    >
      <form onSubmit={form.send}>
        <FormProblem text={form.problem.value || byPasskey.problem.value}>
          {mayResend && <Resend login={login.value.trim()} />}
        </FormProblem>
        <TextField
          label={t('auth.login')}
          value={login.value}
          onValue={(value) => (login.value = value)}
          autocomplete="username"
          isHandle
          required
          autofocus
        />
        <TextField
          label={t('auth.password')}
          type="password"
          value={password.value}
          onValue={(value) => (password.value = value)}
          autocomplete="current-password"
          required
        />
        <Button type="submit" look="filled" size="wide" isBusy={form.isBusy.value}>
          {t('auth.signIn')}
        </Button>
        {canUsePasskeys() && (
          <Button size="wide" isBusy={byPasskey.isBusy.value} onClick={() => void byPasskey.send()}>
            <KeyRound size={18} aria-hidden /> {t('passkey.signIn')}
          </Button>
        )}
      </form>
    </AuthFrame>
  );
}
