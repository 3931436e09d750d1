// The person's passkeys: added with the browser's own dialog, removed one by one.
import { useSignal } from '@preact/signals';
import { KeyRound } from 'lucide-preact';
import { post, request } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Passkey, Security } from '#web/lib/wire/security.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { Time } from '#web/ui/Time.tsx';
import { FormProblem } from './AuthFrame.tsx';
import { canUsePasskeys, makePasskey } from './passkey-acts.ts';
import { withProof } from './Proof.tsx';
import styles from './Security.module.css';
import sessions from './Sessions.module.css';
import { useForm } from './use-form.ts';

interface Props {
  security: Security;
  onChange: (codes: string[] | null) => void;
}

function Row({ passkey, onRemove }: { passkey: Passkey; onRemove: () => void }) {
  const { name } = passkey;
  return (
    <li class={sessions.row}>
      <KeyRound size={22} aria-hidden class={sessions.icon} />
      <div class={sessions.texts}>
        <p class={sessions.name}>{name}</p>
        <p class={sessions.facts}>
          {passkey.last_used_at ? (
            <>
              {t('sessions.lastUsed')} <Time at={passkey.last_used_at} />
            </>
          ) : (
            <>
              {t('factor.since')} <Time at={passkey.created_at} isFull />
            </>
          )}
        </p>
      </div>
      <Button size="small" aria-label={t('passkey.removeName', { name })} onClick={onRemove}>
        {t('factor.remove')}
      </Button>
    </li>
  );
}

export function Passkeys({ security, onChange }: Props) {
  const name = useSignal('');
  const form = useForm(async () => {
    const made = await withProof(makePasskey);
    if (made === null) return;
    const answer = await post<{ recovery_codes: string[] | null }>('/api/auth/passkeys', {
      name: name.value.trim() || t('passkey.unnamed'),
      passkey: made,
    });
    name.value = '';
    tell(t('passkey.added'));
    onChange(answer.recovery_codes);
  });
  const remove = async (passkey: Passkey) => {
    const isSure = await ask({
      title: t('passkey.removeName', { name: passkey.name }),
      text: t('factor.removeText'),
      yes: t('factor.remove'),
      isDangerous: true,
    });
    if (!isSure) return;
    try {
      if ((await withProof(() => request('DELETE', `/api/auth/passkeys/${passkey.id}`))) === null) return;
      tell(t('passkey.removed'));
      onChange(null);
    } catch (cause) {
      tellFailure(cause);
    }
  };
  return (
    <>
      <p class={styles.note}>{t('passkey.text')}</p>
      {security.passkeys.length > 0 && (
        <ul class={sessions.list}>
          {security.passkeys.map((passkey) => (
            <Row key={passkey.id} passkey={passkey} onRemove={() => void remove(passkey)} />
          ))}
        </ul>
      )}
      {canUsePasskeys() ? (
        <form onSubmit={form.send} class={styles.form}>
          <FormProblem text={form.problem.value} />
          <TextField
            label={t('passkey.name')}
            hint={t('passkey.nameHint')}
            value={name.value}
            onValue={(value) => (name.value = value)}
            maxLength={60}
          />
          <div>
            <Button type="submit" isBusy={form.isBusy.value}>
              {t('passkey.add')}
            </Button>
          </div>
        </form>
      ) : (
        <p class={styles.note}>{t('passkey.unable')}</p>
      )}
    </>
  );
}
