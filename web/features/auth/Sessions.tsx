// Where the account is signed in, with the way out of each.
import { useSignal } from '@preact/signals';
import { Laptop, Smartphone } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { get, request } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { signOut } from '#web/lib/session.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Session } from '#web/lib/wire/security.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { Time } from '#web/ui/Time.tsx';
import styles from './Sessions.module.css';

/** Signs out and starts afresh as a visitor. */
export async function leave(everywhere = false): Promise<void> {
  try {
    await signOut(everywhere);
  } catch (cause) {
    // Signing out everywhere is a promise about other devices: a failure must not look like success.
    if (everywhere) return tellFailure(cause);
  }
  location.assign('/');
}

/** A user agent in a few words: "Firefox on Linux". */
function nameOfBrowser(agent: string | null): string {
  if (!agent) return t('sessions.unknown');
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|Linux)/.exec(agent)?.[1];
  if (!browser && !system) return agent.slice(0, 60);
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' };
  return [browser, system]
    .map((one) => (one ? (names[one] ?? one) : ''))
    .filter(Boolean)
    .join(' · ');
}

function Row({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const Icon = /Android|iPhone|iPad|Mobile/.test(session.user_agent ?? '') ? Smartphone : Laptop;
  const name = nameOfBrowser(session.user_agent);
  return (
    <li class={styles.row}>
      <Icon size={22} aria-hidden class={styles.icon} />
      <div class={styles.texts}>
        <p class={styles.name}>
          {name} {session.current && <span class={styles.mark}>{t('sessions.this')}</span>}
        </p>
        <p class={styles.facts}>
          {session.ip && <span>{session.ip} · </span>}
          {t('sessions.lastUsed')} <Time at={session.last_used_at ?? session.created_at} />
        </p>
      </div>
      {!session.current && (
        <Button size="small" aria-label={t('sessions.endName', { name })} onClick={onEnd}>
          {t('sessions.end')}
        </Button>
      )}
    </li>
  );
}

/** All sessions of the account, this browser marked. */
export function Sessions() {
  const sessions = useSignal<Session[] | null>(null);
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    get<Session[]>('/api/auth/sessions')
      .then((found) => (sessions.value = found))
      .catch((cause) => (failure.value = cause));
  };
  useEffect(load, []);
  const end = async (session: Session) => {
    try {
      await request('DELETE', `/api/auth/sessions/${session.id}`);
      sessions.value = sessions.peek()?.filter((one) => one.id !== session.id) ?? null;
      tell(t('sessions.ended'));
    } catch (cause) {
      tellFailure(cause);
    }
  };
  const endAll = async () => {
    const isSure = await ask({
      title: t('sessions.everywhere'),
      text: t('sessions.everywhereText'),
      yes: t('sessions.everywhere'),
      isDangerous: true,
    });
    if (isSure) await leave(true);
  };
  if (failure.value) return <FailureNote cause={failure.value} onRetry={load} />;
  if (!sessions.value) return <Spinner />;
  return (
    <>
      <ul class={styles.list}>
        {sessions.value.map((session) => (
          <Row key={session.id} session={session} onEnd={() => void end(session)} />
        ))}
      </ul>
      <div class={styles.buttons}>
        <Button onClick={() => void leave()}>{t('auth.signOut')}</Button>
        <Button look="danger" onClick={() => void endAll()}>
          {t('sessions.everywhere')}
        </Button>
      </div>
    </>
  );
}
