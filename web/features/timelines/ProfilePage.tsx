// A person's page: who they are, and what they post.
import { Feather, Image } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { nameOf } from '#web/features/accounts/AccountName.tsx';
import { AccountPage } from '#web/features/accounts/AccountPage.tsx';
import { ProfileHeader } from '#web/features/graph/ProfileHeader.tsx';
import { useRelationship } from '#web/features/graph/relationships.ts';
import { Place } from '#web/features/posts/filtering.ts';
import { loadPins, pinsOf } from '#web/features/posts/pins.ts';
import { Post } from '#web/features/posts/Post.tsx';
import { onPostArrival } from '#web/features/posts/post-store.ts';
import { t } from '#web/lib/i18n.ts';
import { accountPath } from '#web/lib/links.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { PageHeader, TabLinks } from '#web/ui/PageHeader.tsx';
import { Feed } from './Feed.tsx';
import { MediaGrid } from './MediaGrid.tsx';
import { entryOf, keptTimeline } from './timeline.ts';

type Side = 'posts' | 'replies' | 'media';

function Pinned({ account }: { account: Account }) {
  useEffect(() => void loadPins(account.id), [account.id]);
  const posts = pinsOf(account.id).value;
  if (!posts.some((post) => post.value)) return null;
  return (
    <section aria-label={t('accounts.pinned')}>
      <Place.Provider value="account">
        {posts.map((post) => {
          const id = post.value?.id;
          return id && <Post key={id} post={post} placeKey={`pinned-${id}`} isPinned />;
        })}
      </Place.Provider>
    </section>
  );
}

function Posts({ account, side }: { account: Account; side: Side }) {
  const timeline = keptTimeline(`/api/v1/accounts/${account.id}/statuses`, { exclude_replies: side === 'posts' });
  useEffect(
    () =>
      onPostArrival((status) => {
        const isReply = status.in_reply_to_id !== null;
        if (status.account.id === account.id && (side === 'replies' || !isReply)) timeline.take([entryOf(status)]);
      }),
    [timeline],
  );
  return (
    <>
      {side === 'posts' && <Pinned account={account} />}
      <Feed
        place="account"
        timeline={timeline}
        label={t('accounts.postsOf', { name: nameOf(account) })}
        empty={<EmptyNote title={t('accounts.noPosts')} icon={<Feather size={28} aria-hidden />} />}
      />
    </>
  );
}

/** Their posts with something to see, as squares; boosts are other people's. */
function Shown({ account }: { account: Account }) {
  const timeline = keptTimeline(`/api/v1/accounts/${account.id}/statuses`, {
    only_media: true,
    exclude_reblogs: true,
    limit: 30,
  });
  return (
    <MediaGrid
      timeline={timeline}
      label={t('accounts.mediaOf', { name: nameOf(account) })}
      empty={<EmptyNote title={t('accounts.noMedia')} icon={<Image size={28} aria-hidden />} />}
    />
  );
}

function Profile({ account, side }: { account: Account; side: Side }) {
  const relationship = useRelationship(account.id);
  const path = accountPath(account);
  return (
    <>
      <PageHeader
        title={nameOf(account)}
        note={t('accounts.postCount', { count: account.statuses_count })}
        tabTitle={`${nameOf(account)} (@${account.acct})`}
        hasBack
      />
      <ProfileHeader account={account} />
      <TabLinks
        label={t('accounts.tabs')}
        tabs={[
          { label: t('accounts.posts'), href: path, isCurrent: side === 'posts' },
          { label: t('accounts.postsAndReplies'), href: `${path}/replies`, isCurrent: side === 'replies' },
          { label: t('accounts.media'), href: `${path}/media`, isCurrent: side === 'media' },
        ]}
      />
      {relationship?.blocking ? (
        <EmptyNote title={t('graph.youBlock', { name: `@${account.acct}` })} />
      ) : side === 'media' ? (
        <Shown account={account} />
      ) : (
        <Posts key={side} account={account} side={side} />
      )}
    </>
  );
}

/** `/@name`, `/@name/replies` and `/@name/media` */
export function ProfilePage({ handle, side = 'posts' }: { handle: string; side?: Side }) {
  return <AccountPage handle={handle}>{(account) => <Profile account={account} side={side} />}</AccountPage>;
}
