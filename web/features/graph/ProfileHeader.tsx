// The top of a person's page: pictures, name, bio, fields, figures, and how the reader stands to them.
import {
  BadgeCheck,
  CalendarDays,
  Ellipsis,
  ExternalLink,
  Link2,
  ListPlus,
  Lock,
  ShieldBan,
  Volume2,
  VolumeX,
} from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { Handle } from '#web/features/accounts/Handle.tsx';
import { AccountName } from '#web/features/accounts/AccountName.tsx';
import { openMembership } from '#web/features/lists/ListMembership.tsx';
import { locale, rich, shortNumber, t } from '#web/lib/i18n.ts';
import { fullHandle } from '#web/lib/instance.ts';
import { accountPath } from '#web/lib/links.ts';
import { isOwnPicture } from '#web/lib/pictures.ts';
import { isSignedIn, me } from '#web/lib/session.ts';
import { monthAndYear } from '#web/lib/time.ts';
import { tell } from '#web/lib/toasts.ts';
import type { Account, Relationship } from '#web/lib/wire/accounts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { ButtonLink } from '#web/ui/Button.tsx';
import { EmojiText, Html } from '#web/ui/Html.tsx';
import { Menu, type MenuItem } from '#web/ui/Menu.tsx';
import { FollowButton } from './FollowButton.tsx';
import { block, mute, unblock, unmute, useRelationship } from './relationships.ts';
import styles from './ProfileHeader.module.css';

function menuItems(account: Account, relationship: Relationship | null): (MenuItem | false)[] {
  const name = `@${account.acct}`;
  const { url } = account;
  const isOwn = me.value?.id === account.id;
  const address = url ?? new URL(accountPath(account), location.origin).href;
  return [
    {
      label: t('accounts.copyLink'),
      icon: <Link2 size={18} aria-hidden />,
      run: () =>
        navigator.clipboard.writeText(address).then(
          () => tell(t('post.linkCopied')),
          () => tell(t('post.linkNotCopied'), { kind: 'failed' }),
        ),
    },
    account.acct.includes('@') &&
      url !== null && {
        label: t('accounts.openOriginal'),
        icon: <ExternalLink size={18} aria-hidden />,
        run: () => open(url, '_blank', 'noopener'),
      },
    !isOwn &&
      isSignedIn.value && {
        label: t('lists.change'),
        icon: <ListPlus size={18} aria-hidden />,
        run: () => openMembership(account),
      },
    !isOwn &&
      (relationship?.muting
        ? {
            label: t('graph.unmuteName', { name }),
            icon: <Volume2 size={18} aria-hidden />,
            run: () => void unmute(account),
          }
        : {
            label: t('graph.muteName', { name }),
            icon: <VolumeX size={18} aria-hidden />,
            run: () => void mute(account),
          }),
    !isOwn &&
      (relationship?.blocking
        ? {
            label: t('graph.unblockName', { name }),
            icon: <ShieldBan size={18} aria-hidden />,
            run: () => void unblock(account),
          }
        : {
            label: t('graph.blockName', { name }),
            icon: <ShieldBan size={18} aria-hidden />,
            isDangerous: true,
            run: () => void block(account),
          }),
  ];
}

function Fields({ account }: { account: Account }) {
  if (!account.fields.length) return null;
  return (
    <dl class={styles.fields}>
      {account.fields.map((field, index) => (
        <div key={index} class={field.verified_at ? styles.verified : ''}>
          <dt>
            <EmojiText text={field.name} emojis={account.emojis} />
          </dt>
          <dd>
            {field.verified_at && (
              <span title={t('accounts.verified')}>
                <BadgeCheck size={16} aria-hidden />
                <span class="only-read">{t('accounts.verified')}</span>
              </span>
            )}
            <Html html={field.value} emojis={account.emojis} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Figure({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} class={styles.figure}>
      {children}
    </a>
  );
}

function Standing({ relationship }: { relationship: Relationship | null }) {
  const marks = [
    relationship?.followed_by && t('graph.followsYou'),
    relationship?.muting && t('graph.isMuted'),
    relationship?.requested && t('graph.isRequested'),
  ].filter(Boolean);
  return (
    <>
      {marks.map((mark) => (
        <span key={mark} class={styles.mark}>
          {mark}
        </span>
      ))}
    </>
  );
}

/** Everything above the posts of a person. */
export function ProfileHeader({ account }: { account: Account }) {
  const relationship = useRelationship(account.id);
  const path = accountPath(account);
  const isOwn = me.value?.id === account.id;
  const figure = (count: number) => <strong>{shortNumber(count)}</strong>;
  return (
    <section class={styles.profile} aria-label={t('accounts.profile')}>
      <div class={styles.banner}>
        {isOwnPicture(account.header) && <img src={account.header} alt="" class={styles.header} />}
      </div>
      <div class={styles.top}>
        <Avatar account={account} size={92} class={styles.avatar} />
        <div class={styles.actions}>
          <Menu label={t('accounts.menu')} class={styles.menu ?? ''} items={menuItems(account, relationship)}>
            <Ellipsis size={20} aria-hidden />
          </Menu>
          {isOwn ? (
            <ButtonLink href="/settings">{t('accounts.edit')}</ButtonLink>
          ) : (
            <FollowButton account={account} size="normal" />
          )}
        </div>
      </div>
      <h2 class={styles.name}>
        <AccountName account={account} />
        {account.locked && (
          <span title={t('accounts.locked')} class={styles.lock}>
            <Lock size={16} aria-hidden />
            <span class="only-read">{t('accounts.locked')}</span>
          </span>
        )}
        {account.bot && <span class={styles.mark}>{t('accounts.bot')}</span>}
      </h2>
      <p class={styles.handle}>
        <span>
          <Handle acct={fullHandle(account.acct).slice(1)} />
        </span>{' '}
        <Standing relationship={relationship} />
      </p>
      {account.note && <Html class={styles.note} html={account.note} emojis={account.emojis} />}
      <Fields account={account} />
      <p class={styles.since}>
        <CalendarDays size={15} aria-hidden />{' '}
        {t('accounts.since', { date: monthAndYear(account.created_at, locale.value) })}
      </p>
      <p class={styles.figures}>
        <Figure href={`${path}/following`}>
          {rich('accounts.following', { count: account.following_count, shown: figure(account.following_count) })}
        </Figure>
        <Figure href={`${path}/followers`}>
          {rich('accounts.followers', { count: account.followers_count, shown: figure(account.followers_count) })}
        </Figure>
      </p>
    </section>
  );
}
