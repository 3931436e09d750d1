// Settings → security: the e-mail address, the password, second factors, where one is signed in, and which apps were let in.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { get, post } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Security } from '#web/lib/wire/security.ts';
import { Button } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { Apps } from './Apps.tsx';
import { EmailChange } from './EmailChange.tsx';
import { Passkeys } from './Passkeys.tsx';
import { PasswordChange } from './PasswordChange.tsx';
import { ProofHost, withProof } from './Proof.tsx';
import styles from './Security.module.css';
import { Sessions } from './Sessions.tsx';
import { Totp } from './Totp.tsx';

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class={styles.part}>
      <h2 class={styles.heading}>{title}</h2>
      {children}
    </section>
  );
}

/** Codes that are shown this once. */
function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const copy = () =>
    navigator.clipboard.writeText(codes.join('\n')).then(() => tell(t('recovery.copied')), tellFailure);
  return (
    <Dialog title={t('recovery.title')} onClose={onClose}>
      <div class={styles.dialogForm}>
        <p>{t('recovery.text')}</p>
        <ul class={styles.codes}>
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <div class={styles.buttons}>
          <Button onClick={() => void copy()}>{t('recovery.copy')}</Button>
          <Button look="filled" onClick={onClose}>
            {t('recovery.done')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function SecondFactors() {
  const security = useSignal<Security | null>(null);
  const failure = useSignal<unknown>(null);
  const codes = useSignal<string[] | null>(null);
  const load = () => {
    failure.value = null;
    get<Security>('/api/auth/security').then(
      (found) => (security.value = found),
      (cause) => (failure.value = cause),
    );
  };
  useEffect(load, []);
  const change = (made: string[] | null) => {
    codes.value = made;
    load();
  };
  const renew = () =>
    withProof(() => post<{ recovery_codes: string[] }>('/api/auth/recovery-codes')).then(
      (answer) => answer && change(answer.recovery_codes),
      tellFailure,
    );
  if (failure.value) return <FailureNote cause={failure.value} onRetry={load} />;
  if (!security.value) return <Spinner />;
  const { second_factor: isOn, recovery_codes_left: left } = security.value;
  return (
    <>
      <Part title={t('factor.title')}>
        <p class={styles.note}>{t(isOn ? 'factor.on' : 'factor.off')}</p>
        <Totp security={security.value} onChange={change} />
        {isOn && (
          <div class={styles.buttons}>
            <p class={styles.note}>{t('recovery.left', { count: left })}</p>
            <Button size="small" onClick={() => void renew()}>
              {t('recovery.renew')}
            </Button>
          </div>
        )}
      </Part>
      <Part title={t('passkey.title')}>
        <Passkeys security={security.value} onChange={change} />
      </Part>
      {codes.value && <RecoveryCodes codes={codes.value} onClose={() => (codes.value = null)} />}
    </>
  );
}

/** All of it. */
export function SecurityPage() {
  // A new password ends sessions and apps: what is listed is asked for anew.
  const round = useSignal(0);
  return (
    <div class={styles.page}>
      <Part title={t('email.title')}>
        <EmailChange />
      </Part>
      <Part title={t('security.password')}>
        <PasswordChange onDone={() => (round.value += 1)} />
      </Part>
      <SecondFactors />
      <Part title={t('sessions.title')}>
        <Sessions key={`sessions${round.value}`} />
      </Part>
      <Part title={t('apps.title')}>
        <Apps key={`apps${round.value}`} />
      </Part>
      <ProofHost />
    </div>
  );
}
