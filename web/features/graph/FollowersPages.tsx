// Who follows a person, and whom they follow.
import { AccountList } from '#web/features/accounts/AccountList.tsx';
import { AccountPage } from '#web/features/accounts/AccountPage.tsx';
import { nameOf } from '#web/features/accounts/AccountName.tsx';
import { t } from '#web/lib/i18n.ts';
import { accountPath } from '#web/lib/links.ts';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { PageHeader, TabLinks } from '#web/ui/PageHeader.tsx';
import { FollowButton } from './FollowButton.tsx';
import { wantRelationships } from './relationships.ts';

function FollowsPage({ handle, side }: { handle: string; side: 'followers' | 'following' }) {
  return (
    <AccountPage handle={handle}>
      {(account) => {
        const path = accountPath(account);
        const title = side === 'followers' ? t('graph.followersTitle') : t('graph.followingTitle');
        return (
          <>
            <PageHeader
              title={nameOf(account)}
              note={`@${account.acct}`}
              tabTitle={`${title} · ${nameOf(account)}`}
              hasBack
            />
            <TabLinks
              label={t('graph.followsTabs')}
              tabs={[
                { label: t('graph.followersTitle'), href: `${path}/followers`, isCurrent: side === 'followers' },
                { label: t('graph.followingTitle'), href: `${path}/following`, isCurrent: side === 'following' },
              ]}
            />
            <AccountList
              key={`${account.id} ${side}`}
              path={`/api/v1/accounts/${account.id}/${side}`}
              label={title}
              onPage={(accounts) => wantRelationships(accounts.map(({ id }) => id))}
              actions={(one) => <FollowButton account={one} />}
              empty={<EmptyNote title={side === 'followers' ? t('graph.noFollowers') : t('graph.noFollowing')} />}
            />
          </>
        );
      }}
    </AccountPage>
  );
}

/** `/@name/followers` */
export const FollowersPage = ({ handle }: { handle: string }) => <FollowsPage handle={handle} side="followers" />;
/** `/@name/following` */
export const FollowingPage = ({ handle }: { handle: string }) => <FollowsPage handle={handle} side="following" />;
