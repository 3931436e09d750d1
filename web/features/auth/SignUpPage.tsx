// Signing up: open, with approval, closed; and the owner's first steps with the link that the server printed.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { post } from '#web/lib/api.ts';
import { language, t } from '#web/lib/i18n.ts';
import { instance, instanceTitle } from '#web/lib/instance.ts';
import { safeReturnPath } from '#web/lib/navigation.ts';
import { useToken } from '#web/lib/session.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { SignUpState } from '#web/lib/wire/security.ts';
import { Button, ButtonLink } from '#web/ui/Button.tsx';
import { TextArea, TextField } from '#web/ui/TextField.tsx';
import { AuthFrame, FormProblem } from './AuthFrame.tsx';
import { useForm } from './use-form.ts';
import styles from './SignUpPage.module.css';

interface Answer {
  state: SignUpState;
  access_token?: string;
}

const signInLink = () => (
  <span>
    {t('auth.haveAccount')} <a href="/sign-in">{t('auth.signIn')}</a>
  </span>
);

/** What the newcomer does next when the account is not usable yet. */
function NextStep({ state, email }: { state: SignUpState; email: string }) {
  const resend = () =>
    post('/api/auth/confirm/resend', { email }).then(
      () => tell(t('auth.confirmSent')),
      (cause) => tellFailure(cause),
    );
  if (state === 'pending') {
    return (
      <AuthFrame
        title={t('auth.pendingTitle')}
        lead={t('auth.pendingText')}
        foot={<a href="/">{t('auth.lookAround')}</a>}
      />
    );
  }
  return (
    <AuthFrame title={t('auth.checkMailTitle')} lead={t('auth.checkMailText', { email })} foot={signInLink()}>
      <p class={styles.again}>
        {t('auth.noMail')}{' '}
        <button type="button" onClick={() => void resend()}>
          {t('auth.resend')}
        </button>
      </p>
    </AuthFrame>
  );
}

/** What the newcomer fills in; sends it and says through `onState` how it went. */
function SignUpForm({ onState }: { onState: (state: SignUpState, email: string) => void }) {
  const { query } = useLocation();
  const ownerToken = query['owner'];
  const values = useSignal({ username: '', email: '', password: '', reason: '' });
  const hasAgreed = useSignal(false);
  const facts = instance.value;
  const wantsReason = asksForReason(ownerToken);
  const { username, email, password, reason } = values.value;
  const change = (changes: Partial<typeof values.value>) => (values.value = { ...values.peek(), ...changes });
  const form = useForm(async () => {
    const answer = await post<Answer>('/api/auth/sign-up', {
      username: username.trim(),
      email: email.trim(),
      password,
      reason: wantsReason ? reason.trim() : undefined,
      agreement: true,
      locale: language.value,
      owner_token: ownerToken,
    });
    if (!answer.access_token) return onState(answer.state, email.trim());
    await useToken(answer.access_token);
    location.assign(safeReturnPath(query['return_to'], location.origin) ?? '/');
  });
  const problems = form.fields.value;
  const handle = `@${username.trim() || t('auth.usernameSample')}@${facts?.domain ?? location.host}`;
  return (
    <form onSubmit={form.send}>
      <FormProblem text={form.problem.value} />
      <TextField
        label={t('auth.username')}
        hint={t('auth.usernameHint', { handle })}
        problem={problems['username']}
        value={username}
        onValue={(value) => change({ username: value })}
        before="@"
        autocomplete="username"
        isHandle
        maxLength={30}
        required
        autofocus
      />
      <TextField
        label={t('auth.email')}
        problem={problems['email']}
        type="email"
        value={email}
        onValue={(value) => change({ email: value })}
        autocomplete="email"
        required
      />
      <TextField
        label={t('auth.password')}
        hint={t('auth.passwordHint')}
        problem={problems['password']}
        type="password"
        value={password}
        onValue={(value) => change({ password: value })}
        autocomplete="new-password"
        minLength={8}
        required
      />
      {wantsReason && (
        <TextArea
          label={t('auth.reason')}
          hint={t('auth.reasonHint')}
          problem={problems['reason']}
          value={reason}
          onValue={(value) => change({ reason: value })}
          rows={3}
          required
        />
      )}
      <Rules hasAgreed={hasAgreed.value} onAgree={(agreed) => (hasAgreed.value = agreed)} />
      <FormProblem text={problems['agreement'] ?? problems['owner_token'] ?? ''} />
      <Button type="submit" look="filled" size="wide" isBusy={form.isBusy.value}>
        {t('auth.signUp')}
      </Button>
    </form>
  );
}

/** The owner explains nothing to anybody. */
const asksForReason = (ownerToken: string | undefined): boolean =>
  !ownerToken && instance.value?.registrations.approval_required === true;

/** `/sign-up`, and `/sign-up?owner=…` for the first account. */
export function SignUpPage() {
  const { query } = useLocation();
  const ownerToken = query['owner'];
  const outcome = useSignal<{ state: SignUpState; email: string } | null>(null);
  const registrations = instance.value?.registrations;

  if (outcome.value && outcome.value.state !== 'active') return <NextStep {...outcome.value} />;
  if (outcome.value) {
    return (
      <AuthFrame title={t('auth.welcomeTitle')} lead={t('auth.confirmedText')}>
        <ButtonLink href="/sign-in" look="filled" size="wide">
          {t('auth.signIn')}
        </ButtonLink>
      </AuthFrame>
    );
  }
  if (registrations && !registrations.enabled && !ownerToken) {
    return (
      <AuthFrame
        title={t('auth.closedTitle')}
        lead={registrations.message || t('auth.closedText')}
        foot={signInLink()}
      />
    );
  }
  const lead = asksForReason(ownerToken) ? t('auth.approvalText') : t('auth.signUpText');
  return (
    <AuthFrame
      title={ownerToken ? t('auth.ownerTitle') : t('auth.signUpTitle', { name: instanceTitle() })}
      lead={ownerToken ? t('auth.ownerText') : lead}
      foot={ownerToken ? undefined : signInLink()}
    >
      <SignUpForm onState={(state, email) => (outcome.value = { state, email })} />
    </AuthFrame>
  );
}

function Rules({ hasAgreed, onAgree }: { hasAgreed: boolean; onAgree: (agreed: boolean) => void }) {
  const rules = instance.value?.rules ?? [];
  return (
    <fieldset class={styles.rules}>
      {rules.length > 0 && (
        <>
          <legend>{t('auth.rules')}</legend>
          <ol>
            {rules.map(({ id, text }) => (
              <li key={id}>{text}</li>
            ))}
          </ol>
        </>
      )}
      <label class={styles.agree}>
        <input
          type="checkbox"
          checked={hasAgreed}
          required
          onChange={(event) => onAgree(event.currentTarget.checked)}
        />
        <span>{t('auth.agree')}</span>
      </label>
    </fieldset>
  );
}
