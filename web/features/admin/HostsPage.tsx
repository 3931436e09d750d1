// Settings → server → deliveries: how other servers take what is sent to them, and trying one again.
import { useSignal } from '@preact/signals';
import { Send } from 'lucide-preact';
import { useEffect, useMemo } from 'preact/hooks';
import { post } from '#web/lib/api.ts';
import { locale } from '#web/lib/i18n.ts';
import { pagedList } from '#web/lib/paged-list.ts';
import { fullTime } from '#web/lib/time.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { RemoteHost } from '#web/lib/wire/staff.ts';
import { Button } from '#web/ui/Button.tsx';
import { Select } from '#web/ui/Choice.tsx';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { Pages } from '#web/ui/Pages.tsx';
import { Row, RowText } from '#web/ui/Row.tsx';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

const SHOWN = ['silent', 'failing', 'closed', 'dormant', 'all'] as const;
type Shown = (typeof SHOWN)[number];

const pathOf = (shown: Shown): string => {
  const path = '/api/admin/deliveries/hosts';
  if (shown === 'all') return path;
  return shown === 'silent' ? `${path}?failing=true` : `${path}?state=${shown}`;
};

function HostRow({ host, onRetried }: { host: RemoteHost; onRetried: () => void }) {
  const { host: name, state, failing_since: since, waiting, given_up: lost, next_try_at: next } = host;
  const isBusy = useSignal(false);
  const retry = async () => {
    isBusy.value = true;
    await post<{ deliveries: number }>(`/api/admin/deliveries/hosts/${encodeURIComponent(name)}/retry`).then(
      ({ deliveries }) => {
        tell(say('hosts.retried', { name, count: deliveries }));
        onRetried();
      },
      tellFailure,
    );
    isBusy.value = false;
  };
  const at = (iso: string) => fullTime(iso, locale.value);
  return (
    <Row
      title={name}
      facts={[
        say(`hosts.state.${state}`),
        ...(since ? [say('hosts.since', { time: at(since) })] : []),
        ...(waiting ? [say('hosts.waiting', { count: waiting })] : []),
        ...(lost ? [say('hosts.givenUp', { count: lost })] : []),
        ...(next && state !== 'open' ? [say('hosts.next', { time: at(next) })] : []),
      ]}
      actions={
        (state !== 'open' || lost > 0) && (
          <Button
            size="small"
            isBusy={isBusy.value}
            aria-label={say('hosts.retryName', { name })}
            onClick={() => void retry()}
          >
            {say('hosts.retry')}
          </Button>
        )
      }
    >
      {host.last_error && <RowText>{say('hosts.error', { error: host.last_error })}</RowText>}
    </Row>
  );
}

/** The page under its header. */
export function HostsPage() {
  const shown = useSignal<Shown>('silent');
  const list = useMemo(() => pagedList<RemoteHost>(pathOf(shown.value)), [shown.value]);
  useEffect(() => void list.more(), [list]);
  return (
    <div class={`${styles.page} ${styles.form}`}>
      <p class={styles.none}>{say('hosts.lead')}</p>
      <Select
        label={say('hosts.show')}
        options={SHOWN.map((value) => ({ value, label: say(`hosts.show.${value}`) }))}
        chosen={shown.value}
        onChoose={(value) => (shown.value = value)}
      />
      <div>
        <Pages
          list={list}
          label={say('hosts.title')}
          empty={<EmptyNote title={say(`hosts.none.${shown.value}`)} icon={<Send size={28} aria-hidden />} />}
          row={(host) => <HostRow key={host.host} host={host} onRetried={() => void list.reload()} />}
        />
      </div>
    </div>
  );
}
