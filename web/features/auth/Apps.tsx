// The apps that the person let in, with what each may do, and the way to take it back.
import { useSignal } from '@preact/signals';
import { AppWindow } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { get, request } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { AuthorizedApp } from '#web/lib/wire/security.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { Time } from '#web/ui/Time.tsx';
import { scopeWords } from './scope-words.ts';
import security from './Security.module.css';
import styles from './Sessions.module.css';

function Row({ app, onEnd }: { app: AuthorizedApp; onEnd: () => void }) {
  const { name, website, scopes, may } = app;
  return (
    <li class={styles.row}>
      <AppWindow size={22} aria-hidden class={styles.icon} />
      <div class={styles.texts}>
        <p class={styles.name}>
          {website ? (
            <a href={website} rel="noopener noreferrer nofollow" target="_blank">
              {name}
            </a>
          ) : (
            name
          )}
        </p>
        <p class={styles.facts}>
          {app.last_used_at ? (
            <>
              {t('sessions.lastUsed')} <Time at={app.last_used_at} />
            </>
          ) : (
            t('apps.never')
          )}
        </p>
        <details class={security.may}>
          <summary>{t('apps.may')}</summary>
          <ul>
            {scopeWords(scopes, may).map((wish) => (
              <li key={wish}>{wish}</li>
            ))}
          </ul>
        </details>
      </div>
      <Button size="small" aria-label={t('apps.endName', { name })} onClick={onEnd}>
        {t('apps.end')}
      </Button>
    </li>
  );
}

export function Apps() {
  const apps = useSignal<AuthorizedApp[] | null>(null);
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    get<AuthorizedApp[]>('/api/auth/apps').then(
      (found) => (apps.value = found),
      (cause) => (failure.value = cause),
    );
  };
  useEffect(load, []);
  const end = async ({ id, name }: AuthorizedApp) => {
    const isSure = await ask({
      title: t('apps.endTitle', { name }),
      text: t('apps.endText'),
      yes: t('apps.end'),
      isDangerous: true,
    });
    if (!isSure) return;
    try {
      await request('DELETE', `/api/auth/apps/${id}`);
      apps.value = apps.peek()?.filter((one) => one.id !== id) ?? null;
      tell(t('apps.ended', { name }));
    } catch (cause) {
      tellFailure(cause);
    }
  };
  if (failure.value) return <FailureNote cause={failure.value} onRetry={load} />;
  if (!apps.value) return <Spinner />;
  if (apps.value.length === 0) return <p class={security.note}>{t('apps.none')}</p>;
  return (
    <ul class={styles.list}>
      {apps.value.map((app) => (
        <Row key={app.id} app={app} onEnd={() => void end(app)} />
      ))}
    </ul>
  );
}
