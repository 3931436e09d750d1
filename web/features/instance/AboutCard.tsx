// What this server is, in the right column.
import { instance, instanceTitle } from '#web/lib/instance.ts';
import { t } from '#web/lib/i18n.ts';
import { isOwnPicture } from '#web/lib/pictures.ts';
import { Html } from '#web/ui/Html.tsx';
import styles from './AboutCard.module.css';

export function AboutCard() {
  const facts = instance.value;
  if (!facts) return null;
  const active = facts.usage?.users?.active_month ?? 0;
  return (
    <section class={styles.card} aria-label={t('instance.about', { name: instanceTitle() })}>
      {isOwnPicture(facts.thumbnail.url) && (
        <img class={styles.picture} src={facts.thumbnail.url} alt="" loading="lazy" />
      )}
      <div class={styles.words}>
        <h2 class={styles.title}>{instanceTitle()}</h2>
        <p class={styles.domain}>{facts.domain}</p>
        {facts.description && <Html class={styles.description} html={facts.description} />}
        {active > 1 && <p class={styles.domain}>{t('instance.active', { count: active })}</p>}
      </div>
    </section>
  );
}

/** The small print under everything: what runs here, and where its source is. */
export function SmallPrint({ onHelp }: { onHelp: () => void }) {
  const facts = instance.value;
  return (
    <p class={styles.small}>
      <button type="button" onClick={onHelp}>
        {t('help.title')}
      </button>
      <a href="/about">{t('about.link')}</a>
      <a href="/api/docs" target="_blank">
        {t('instance.api')}
      </a>
      {facts?.source_url && (
        <a href={facts.source_url} target="_blank" rel="noopener noreferrer">
          {t('instance.source')}
        </a>
      )}
      <span>Rookery {facts?.version.replace(/^.*rookery-?/i, '')}</span>
    </p>
  );
}
