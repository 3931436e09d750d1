// The second step of signing in: a code of the authenticator app or from paper, or a passkey.
import { useSignal } from '@preact/signals';
import { KeyRound } from 'lucide-preact';
import { t } from '#web/lib/i18n.ts';
import { finishSignIn, type SecondFactor } from '#web/lib/session.ts';
import { Button } from '#web/ui/Button.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { FormProblem } from './AuthFrame.tsx';
import { answerWithPasskey, canUsePasskeys } from './passkey-acts.ts';
import styles from './Security.module.css';
import { useForm } from './use-form.ts';

interface Props {
  wanted: SecondFactor;
  onDone: () => void;
  onBack: () => void;
}

export function SecondStep({ wanted, onDone, onBack }: Props) {
  const code = useSignal('');
  const { token, methods } = wanted;
  const form = useForm(async () => {
    await finishSignIn('/api/auth/sign-in/second-factor', { token, code: code.value.trim() });
    onDone();
  });
  const byPasskey = useForm(async () => {
    const passkey = await answerWithPasskey('/api/auth/sign-in/second-factor/challenge', { token });
    await finishSignIn('/api/auth/sign-in/second-factor', { token, passkey });
    onDone();
  });
  return (
    <form onSubmit={form.send} class={styles.dialogForm}>
      <FormProblem text={form.problem.value || byPasskey.problem.value} />
      {methods.includes('passkey') && canUsePasskeys() && (
        <Button size="wide" isBusy={byPasskey.isBusy.value} onClick={() => void byPasskey.send()}>
          <KeyRound size={18} aria-hidden /> {t('passkey.use')}
        </Button>
      )}
      <TextField
        label={t(methods.includes('totp') ? 'factor.code' : 'factor.recoveryCode')}
        hint={t(methods.includes('totp') ? 'factor.codeHint' : 'factor.recoveryHint')}
        value={code.value}
        onValue={(value) => (code.value = value)}
        autocomplete="one-time-code"
        isHandle
        required
        autofocus
      />
      <Button type="submit" look="filled" size="wide" isBusy={form.isBusy.value}>
        {t('auth.signIn')}
      </Button>
      <Button look="quiet" onClick={onBack}>
        {t('auth.toSignIn')}
      </Button>
    </form>
  );
}
