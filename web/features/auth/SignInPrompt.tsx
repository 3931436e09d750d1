// The question behind a visitor's click on something that needs an account.
import { t } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { ButtonLink } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { isPromptOpen } from './sign-in-prompt.ts';
import styles from './SignInPrompt.module.css';

/** Once in the app. */
export function SignInPromptHost() {
  if (!isPromptOpen.value) return null;
  const close = () => (isPromptOpen.value = false);
  const back = `?return_to=${encodeURIComponent(location.pathname + location.search)}`;
  return (
    <Dialog title={t('auth.promptTitle')} onClose={close}>
      <p class={styles.text}>{t('auth.promptText')}</p>
      <div class={styles.buttons}>
        <ButtonLink href={`/sign-in${back}`} look="filled" size="wide" onClick={close}>
          {t('auth.signIn')}
        </ButtonLink>
        {instance.value?.registrations.enabled !== false && (
          <ButtonLink href={`/sign-up${back}`} size="wide" onClick={close}>
            {t('auth.signUp')}
          </ButtonLink>
        )}
      </div>
    </Dialog>
  );
}
