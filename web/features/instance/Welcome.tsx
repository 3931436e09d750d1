// What a visitor sees first: whose place this is, and the door.
import rook from '#web/ui/rook.svg';
import { instance, instanceTitle } from '#web/lib/instance.ts';
import { t } from '#web/lib/i18n.ts';
import { isOwnPicture } from '#web/lib/pictures.ts';
import { usePageTitle } from '#web/lib/navigation.ts';
import { ButtonLink } from '#web/ui/Button.tsx';
import { Html } from '#web/ui/Html.tsx';
import styles from './Welcome.module.css';

/** The first thing on `/` for who is not signed in. */
export function Welcome() {
  const facts = instance.value;
  usePageTitle('');
  return (
    <section class={styles.welcome} aria-labelledby="welcome">
      {isOwnPicture(facts?.thumbnail.url) && <img class={styles.picture} src={facts.thumbnail.url} alt="" />}
      <div class={styles.words}>
        <img class={styles.mark} src={rook} alt="" width={72} height={72} />
        <h1 id="welcome" class={styles.title}>
          {t('instance.welcome', { name: instanceTitle() })}
        </h1>
        {facts?.description ? (
          <Html class={styles.text} html={facts.description} />
        ) : (
          <p class={styles.text}>{t('instance.pitch')}</p>
        )}
        <p class={styles.doors}>
          {facts?.registrations.enabled !== false && (
            <ButtonLink href="/sign-up" look="filled">
              {t('auth.signUp')}
            </ButtonLink>
          )}
          <ButtonLink href="/sign-in">{t('auth.signIn')}</ButtonLink>
        </p>
      </div>
    </section>
  );
}
