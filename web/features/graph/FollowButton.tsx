// Follow, and all that it may stand for: following, requested, blocked.
import { Check, Clock } from 'lucide-preact';
import { t } from '#web/lib/i18n.ts';
import { isSignedIn, me } from '#web/lib/session.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { Button } from '#web/ui/Button.tsx';
import { follow, unblock, unfollow, useRelationship } from './relationships.ts';

interface Props {
  account: Account;
  size?: 'small' | 'normal';
}

/** The button for one account; nothing for oneself, and until the relationship is known. */
export function FollowButton({ account, size = 'small' }: Props) {
  const relationship = useRelationship(account.id);
  if (me.value?.id === account.id) return null;
  if (isSignedIn.value && !relationship) return null;
  const name = `@${account.acct}`;
  if (relationship?.blocking) {
    return (
      <Button
        size={size}
        look="danger"
        onClick={() => void unblock(account)}
        aria-label={t('graph.unblockName', { name })}
      >
        {t('graph.unblock')}
      </Button>
    );
  }
  if (relationship?.following || relationship?.requested) {
    const Icon = relationship.following ? Check : Clock;
    return (
      <Button
        size={size}
        onClick={() => void unfollow(account)}
        aria-label={relationship.following ? t('graph.followingName', { name }) : t('graph.requestedName', { name })}
      >
        <Icon size={16} aria-hidden />
        {relationship.following ? t('graph.following') : t('graph.requested')}
      </Button>
    );
  }
  return (
    <Button
      size={size}
      look="filled"
      onClick={() => void follow(account)}
      aria-label={account.locked ? t('graph.requestName', { name }) : t('graph.followName', { name })}
    >
      {account.locked ? t('graph.request') : t('graph.follow')}
    </Button>
  );
}
