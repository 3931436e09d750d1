// "Is it you?" before something grave: the password with its code, or a passkey. `withProof` runs the work and asks only when it must.
import { signal, useSignal } from '@preact/signals';
import { KeyRound } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { ApiError, get, post } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import type { Security } from '#web/lib/wire/security.ts';
import { Button } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { FormProblem } from './AuthFrame.tsx';
import { answerWithPasskey, canUsePasskeys } from './passkey-acts.ts';
import styles from './Security.module.css';
import { useForm } from './use-form.ts';

const asked = signal<((isProven: boolean) => void) | null>(null);

const isStale = (cause: unknown): boolean =>
  cause instanceof ApiError && cause.details['session']?.[0]?.error === 'ERR_STALE';

/** Does the work; when the server wants a proof first, asks for it and does the work again. Null when the person would not. */
export async function withProof<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (cause) {
    if (!isStale(cause)) throw cause;
  }
  const isProven = await new Promise<boolean>((resolve) => {
    asked.value = (answer) => {
      asked.value = null;
      resolve(answer);
    };
  });
  return isProven ? work() : null;
}

function ProofForm({ onDone }: { onDone: () => void }) {
  const security = useSignal<Security | null>(null);
  const password = useSignal('');
  const code = useSignal('');
  useEffect(() => {
    get<Security>('/api/auth/security').then(
      (found) => (security.value = found),
      () => {},
    );
  }, []);
  const form = useForm(async () => {
    await post('/api/auth/proof', { password: password.value, code: code.value.trim() || undefined });
    onDone();
  });
  const byPasskey = useForm(async () => {
    await post('/api/auth/proof', { passkey: await answerWithPasskey('/api/auth/proof/challenge') });
    onDone();
  });
  const hasPasskey = (security.value?.passkeys.length ?? 0) > 0 && canUsePasskeys();
  return (
    <form onSubmit={form.send} class={styles.dialogForm}>
      <p>{t('proof.text')}</p>
      <FormProblem text={byPasskey.problem.value || byPasskey.fields.value['passkey'] || form.problem.value} />
      {hasPasskey && (
        <Button size="wide" isBusy={byPasskey.isBusy.value} onClick={() => void byPasskey.send()}>
          <KeyRound size={18} aria-hidden /> {t('passkey.use')}
        </Button>
      )}
      <TextField
        label={t('auth.password')}
        type="password"
        problem={form.fields.value['password']}
        value={password.value}
        onValue={(value) => (password.value = value)}
        autocomplete="current-password"
        required
      />
      {security.value?.second_factor && (
        <TextField
          label={t('factor.code')}
          hint={t('factor.codeHint')}
          problem={form.fields.value['code']}
          value={code.value}
          onValue={(value) => (code.value = value)}
          autocomplete="one-time-code"
          isHandle
          required
        />
      )}
      <Button type="submit" look="filled" size="wide" isBusy={form.isBusy.value}>
        {t('proof.confirm')}
      </Button>
    </form>
  );
}

/** Where the question appears; once on the page that needs it. */
export function ProofHost() {
  const answer = asked.value;
  if (!answer) return null;
  return (
    <Dialog title={t('proof.title')} onClose={() => answer(false)}>
      <ProofForm onDone={() => answer(true)} />
    </Dialog>
  );
}
