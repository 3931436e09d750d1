// The authenticator app: a picture to scan, a code to prove that it worked.
import { useSignal } from '@preact/signals';
import { Smartphone } from 'lucide-preact';
import { post, request } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Security } from '#web/lib/wire/security.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { Time } from '#web/ui/Time.tsx';
import { FormProblem } from './AuthFrame.tsx';
import { withProof } from './Proof.tsx';
import styles from './Security.module.css';
import sessions from './Sessions.module.css';
import { useForm } from './use-form.ts';

interface NewTotp {
  secret: string;
  uri: string;
  qr: string;
}

interface Props {
  security: Security;
  /** Something changed; recovery codes that were made must be shown. */
  onChange: (codes: string[] | null) => void;
}

function SetUp({
  made,
  onDone,
  onClose,
}: {
  made: NewTotp;
  onDone: (codes: string[] | null) => void;
  onClose: () => void;
}) {
  const code = useSignal('');
  const form = useForm(async () => {
    const answer = await post<{ recovery_codes: string[] | null }>('/api/auth/totp/confirm', { code: code.value });
    onDone(answer.recovery_codes);
  });
  return (
    <Dialog title={t('totp.title')} onClose={onClose}>
      <form onSubmit={form.send} class={styles.dialogForm}>
        <p>{t('totp.scan')}</p>
        <img class={styles.qr} src={`data:image/svg+xml,${encodeURIComponent(made.qr)}`} alt={t('totp.qr')} />
        <p class={styles.note}>
          {t('totp.byHand')} <code class={styles.secret}>{made.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
        </p>
        <FormProblem text={form.problem.value} />
        <TextField
          label={t('factor.code')}
          problem={form.fields.value['code']}
          value={code.value}
          onValue={(value) => (code.value = value)}
          autocomplete="one-time-code"
          isHandle
          required
        />
        <Button type="submit" look="filled" size="wide" isBusy={form.isBusy.value}>
          {t('totp.finish')}
        </Button>
      </form>
    </Dialog>
  );
}

/** One row: set up, or since when and the way out. */
export function Totp({ security, onChange }: Props) {
  const made = useSignal<NewTotp | null>(null);
  const since = security.totp_since;
  const start = () =>
    withProof(() => post<NewTotp>('/api/auth/totp')).then((answer) => (made.value = answer), tellFailure);
  const remove = async () => {
    const isSure = await ask({
      title: t('totp.removeTitle'),
      text: t('factor.removeText'),
      yes: t('factor.remove'),
      isDangerous: true,
    });
    if (!isSure) return;
    try {
      if ((await withProof(() => request('DELETE', '/api/auth/totp'))) === null) return;
      tell(t('totp.removed'));
      onChange(null);
    } catch (cause) {
      tellFailure(cause);
    }
  };
  return (
    <>
      <ul class={sessions.list}>
        <li class={sessions.row}>
          <Smartphone size={22} aria-hidden class={sessions.icon} />
          <div class={sessions.texts}>
            <p class={sessions.name}>{t('totp.name')}</p>
            <p class={sessions.facts}>
              {since ? (
                <>
                  {t('factor.since')} <Time at={since} isFull />
                </>
              ) : (
                t('totp.hint')
              )}
            </p>
          </div>
          {since ? (
            <Button size="small" aria-label={t('totp.removeTitle')} onClick={() => void remove()}>
              {t('factor.remove')}
            </Button>
          ) : (
            <Button size="small" aria-label={t('totp.title')} onClick={() => void start()}>
              {t('factor.setUp')}
            </Button>
          )}
        </li>
      </ul>
      {made.value && (
        <SetUp
          made={made.value}
          onClose={() => (made.value = null)}
          onDone={(codes) => {
            made.value = null;
            tell(t('totp.added'));
            onChange(codes);
          }}
        />
      )}
    </>
  );
}
