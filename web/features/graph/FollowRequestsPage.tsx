// People who asked to follow a locked account: let in, or not.
import { useSignal } from '@preact/signals';
import { UserPlus } from 'lucide-preact';
import { AccountList } from '#web/features/accounts/AccountList.tsx';
import { post } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { refreshMe } from '#web/lib/session.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { Button } from '#web/ui/Button.tsx';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { PageHeader } from '#web/ui/PageHeader.tsx';

/** The two answers to one request; `onDone` follows the server's yes. */
export function RequestAnswers({ account, onDone }: { account: Account; onDone: () => void }) {
  const isBusy = useSignal(false);
  const name = `@${account.acct}`;
  const answer = async (verb: 'authorize' | 'reject') => {
    isBusy.value = true;
    try {
      await post(`/api/v1/follow_requests/${account.id}/${verb}`);
      tell(verb === 'authorize' ? t('graph.accepted', { name }) : t('graph.rejected', { name }));
      onDone();
      refreshMe().catch(() => {
        // Only the count in the navigation is late.
      });
    } catch (cause) {
      tellFailure(cause);
    }
    isBusy.value = false;
  };
  return (
    <>
      <Button
        size="small"
        look="filled"
        isBusy={isBusy.value}
        aria-label={t('graph.acceptName', { name })}
        onClick={() => void answer('authorize')}
      >
        {t('graph.accept')}
      </Button>
      <Button
        size="small"
        isBusy={isBusy.value}
        aria-label={t('graph.rejectName', { name })}
        onClick={() => void answer('reject')}
      >
        {t('graph.reject')}
      </Button>
    </>
  );
}

/** `/follow-requests` */
export function FollowRequestsPage() {
  return (
    <>
      <PageHeader title={t('graph.requestsTitle')} hasBack />
      <AccountList
        path="/api/v1/follow_requests"
        label={t('graph.requestsTitle')}
        actions={(account, remove) => <RequestAnswers account={account} onDone={remove} />}
        empty={
          <EmptyNote title={t('graph.noRequests')} icon={<UserPlus size={28} aria-hidden />}>
            {t('graph.noRequestsHint')}
          </EmptyNote>
        }
      />
    </>
  );
}
