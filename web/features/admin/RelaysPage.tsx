// Settings → server → relays: which pass on to this server what is public elsewhere, and how they answered.
import { useSignal } from '@preact/signals';
import { Radio } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { useForm } from '#web/features/auth/use-form.ts';
import { get, post, request } from '#web/lib/api.ts';
import { locale } from '#web/lib/i18n.ts';
import { fullTime } from '#web/lib/time.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Relay } from '#web/lib/wire/staff.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { useLoaded, Waiting } from '#web/ui/Loaded.tsx';
import { EmptyNote, Problem } from '#web/ui/Notes.tsx';
import { Row } from '#web/ui/Row.tsx';
import { Buttons } from '#web/ui/Section.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

const LOOK_AGAIN_MS = 5000;

function AddForm({ onAdded }: { onAdded: (relay: Relay) => void }) {
  const address = useSignal('');
  const form = useForm(async () => {
    const relay = await post<Relay>('/api/admin/relays', { address: address.peek().trim() });
    address.value = '';
    tell(say('relays.added'));
    onAdded(relay);
  });
  return (
    <form class={styles.form} onSubmit={form.send}>
      <TextField
        label={say('relays.address')}
        hint={say('relays.addressHint')}
        problem={form.fields.value['address']}
        value={address.value}
        onValue={(value) => (address.value = value)}
        isHandle
        required
      />
      <Problem text={form.problem.value} />
      <Buttons>
        <Button type="submit" look="filled" disabled={!address.value.trim()} isBusy={form.isBusy.value}>
          {say('relays.add')}
        </Button>
      </Buttons>
    </form>
  );
}

function RelayRow({ relay, onChange }: { relay: Relay; onChange: (relay: Relay | null) => void }) {
  const { id, address, kind, state, answered_at: answered } = relay;
  const isBusy = useSignal(false);
  const run = async (work: Promise<Relay | null>) => {
    isBusy.value = true;
    await work.then(onChange, tellFailure);
    isBusy.value = false;
  };
  const verb = state === 'paused' || state === 'rejected' ? 'resume' : 'pause';
  const leave = async () => {
    const isSure = await ask({
      title: say('relays.removeTitle'),
      text: say('relays.removeText', { address }),
      yes: say('relays.remove'),
      isDangerous: true,
    });
    if (isSure) await run(request('DELETE', `/api/admin/relays/${id}`).then(() => null));
  };
  return (
    <Row
      title={address}
      facts={[
        say(`relays.state.${state}`),
        say(`relays.kind.${kind}`),
        ...(answered ? [say('relays.answered', { time: fullTime(answered, locale.value) })] : []),
      ]}
      actions={
        <>
          <Button
            size="small"
            isBusy={isBusy.value}
            aria-label={say(`relays.${verb}Name`, { address })}
            onClick={() => void run(post<Relay>(`/api/admin/relays/${id}/${verb}`))}
          >
            {say(`relays.${verb}`)}
          </Button>
          <Button
            size="small"
            isBusy={isBusy.value}
            aria-label={say('relays.removeName', { address })}
            onClick={() => void leave()}
          >
            {say('relays.remove')}
          </Button>
        </>
      }
    />
  );
}

/** The page under its header. It looks again by itself while a relay has not answered. */
export function RelaysPage() {
  const loaded = useLoaded(() => get<Relay[]>('/api/admin/relays'));
  const { value: relays, failure, load } = loaded;
  const isWaited = relays.value?.some(({ state }) => state === 'pending') ?? false;
  useEffect(() => {
    if (!isWaited || failure.value) return;
    const timer = setTimeout(load, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [relays.value, failure.value]);
  if (!relays.value) return <Waiting of={loaded} />;
  const put = (before: Relay, after: Relay | null) =>
    (relays.value = relays.peek()?.flatMap((one) => (one.id !== before.id ? one : (after ?? []))) ?? null);
  return (
    <div class={`${styles.page} ${styles.form}`}>
      <p class={styles.none}>{say('relays.lead')}</p>
      <AddForm onAdded={(relay) => (relays.value = [...(relays.peek() ?? []), relay])} />
      {relays.value.length === 0 && <EmptyNote title={say('relays.none')} icon={<Radio size={28} aria-hidden />} />}
      <ul aria-label={say('relays.title')}>
        {relays.value.map((relay) => (
          <RelayRow key={relay.id} relay={relay} onChange={(changed) => put(relay, changed)} />
        ))}
      </ul>
    </div>
  );
}
