// The list of servers with which this one talks, where only listed ones count: which they are, another one, and off the list.
import { useSignal } from '@preact/signals';
import { Handshake } from 'lucide-preact';
import { useEffect, useState } from 'preact/hooks';
import { useForm } from '#web/features/auth/use-form.ts';
import { post, request } from '#web/lib/api.ts';
import { locale } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { pagedList } from '#web/lib/paged-list.ts';
import { mayAdminister } from '#web/lib/session.ts';
import { fullTime } from '#web/lib/time.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { DomainAllow } from '#web/lib/wire/staff.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { EmptyNote, Problem } from '#web/ui/Notes.tsx';
import { Pages } from '#web/ui/Pages.tsx';
import { Row } from '#web/ui/Row.tsx';
import { Buttons } from '#web/ui/Section.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

function AddForm({ onAdded }: { onAdded: () => void }) {
  const domain = useSignal('');
  const form = useForm(async () => {
    const added = await post<DomainAllow>('/api/v1/admin/domain_allows', { domain: domain.peek().trim() });
    domain.value = '';
    tell(say('allows.added', { domain: added.domain }));
    onAdded();
  });
  return (
    <form class={styles.form} onSubmit={form.send}>
      <TextField
        label={say('blocks.domain')}
        hint={say('allows.domainHint')}
        problem={form.fields.value['domain']}
        value={domain.value}
        onValue={(value) => (domain.value = value)}
        isHandle
        required
      />
      <Problem text={form.problem.value} />
      <Buttons>
        <Button type="submit" look="filled" disabled={!domain.value.trim()} isBusy={form.isBusy.value}>
          {say('allows.add')}
        </Button>
      </Buttons>
    </form>
  );
}

/** Asks where it matters now, then takes a server off the list. Returns whether it is off. */
async function endAllow({ id, domain }: DomainAllow, counts: boolean): Promise<boolean> {
  const isSure =
    !counts ||
    (await ask({
      title: say('allows.removeTitle', { domain }),
      text: say('allows.removeText'),
      yes: say('allows.remove'),
      isDangerous: true,
    }));
  if (!isSure) return false;
  try {
    await request('DELETE', `/api/v1/admin/domain_allows/${id}`);
    tell(say('allows.removed', { domain }));
    return true;
  } catch (cause) {
    tellFailure(cause);
    return false;
  }
}

/** The newest first; says whether the list counts. */
export function AllowList() {
  const [list] = useState(() => pagedList<DomainAllow>('/api/v1/admin/domain_allows'));
  useEffect(() => void list.more(), []);
  const counts = instance.value?.configuration.limited_federation === true;
  const remove = async (allow: DomainAllow) => {
    if (await endAllow(allow, counts)) list.replace(allow);
  };
  return (
    <div class={styles.form}>
      <p class={styles.none}>{say(counts ? 'allows.counts' : 'allows.waits')}</p>
      {mayAdminister.value && <AddForm onAdded={() => void list.reload()} />}
      <Pages
        list={list}
        label={say('blocks.tab.allowed')}
        empty={<EmptyNote title={say('allows.none')} icon={<Handshake size={28} aria-hidden />} />}
        row={(allow) => (
          <Row
            key={allow.id}
            title={allow.domain}
            facts={[say('allows.since', { time: fullTime(allow.created_at, locale.value) })]}
            actions={
              mayAdminister.value && (
                <Button
                  size="small"
                  aria-label={say('allows.removeName', { domain: allow.domain })}
                  onClick={() => void remove(allow)}
                >
                  {say('allows.remove')}
                </Button>
              )
            }
          />
        )}
      />
    </div>
  );
}
