// `/about`: what this server is, its rules, whom to turn to, and what it keeps.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { instance, instanceTitle } from '#web/lib/instance.ts';
import { Html } from '#web/ui/Html.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { PageHeader } from '#web/ui/PageHeader.tsx';
import styles from './AboutPage.module.css';

function PrivacyPolicy() {
  const html = useSignal<string | null>(null);
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    get<{ content: string }>('/api/v1/instance/privacy_policy').then(
      (policy) => (html.value = policy.content),
      (cause) => (failure.value = cause),
    );
  };
  useEffect(load, []);
  if (failure.value) return <FailureNote cause={failure.value} onRetry={load} />;
  return html.value === null ? <Spinner /> : <Html class={styles.text} html={html.value} />;
}

export function AboutPage() {
  const facts = instance.value;
  if (!facts) return <Spinner />;
  const { contact, rules = [] } = facts;
  const account = contact?.account;
  return (
    <>
      <PageHeader title={t('instance.about', { name: instanceTitle() })} hasBack />
      <div class={styles.page}>
        {facts.description && <Html class={styles.text} html={facts.description} />}
        {rules.length > 0 && (
          <section>
            <h2 class={styles.heading}>{t('auth.rules')}</h2>
            <ol class={styles.rules}>
              {rules.map((rule) => (
                <li key={rule.id}>{rule.text}</li>
              ))}
            </ol>
          </section>
        )}
        {(account || contact?.email) && (
          <section>
            <h2 class={styles.heading}>{t('about.contact')}</h2>
            {account && (
              <p>
                <a href={`/@${account.acct}`}>@{account.acct}</a>
              </p>
            )}
            {contact.email && (
              <p>
                <a href={`mailto:${contact.email}`}>{contact.email}</a>
              </p>
            )}
          </section>
        )}
        <section id="privacy">
          <h2 class={styles.heading}>{t('about.privacy')}</h2>
          <PrivacyPolicy />
        </section>
      </div>
    </>
  );
}
