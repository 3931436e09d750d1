// The rest of what one may do with a post; more with one's own.
import {
  Bell,
  BellOff,
  Ellipsis,
  ExternalLink,
  FilePenLine,
  History,
  Link2,
  Pencil,
  Pin,
  PinOff,
  Quote,
  ShieldBan,
  Trash2,
  Unlink,
  VolumeX,
} from 'lucide-preact';
import { block, mute } from '#web/features/graph/relationships.ts';
import { t } from '#web/lib/i18n.ts';
import { isSignedIn, me } from '#web/lib/session.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { Menu, type MenuItem } from '#web/ui/Menu.tsx';
import { openEditor } from './composing.ts';
import { openHistory } from './EditHistory.tsx';
import { leaveQuote, quoteHint, quoteObstacle, quotePost } from './quoting.ts';
import { copyLink, deletePost, redraftPost, toggleMute, togglePin } from './post-actions.ts';

function quoteItems(status: Status): (MenuItem | false)[] {
  const myId = me.value?.id;
  const obstacle = quoteObstacle(status, myId);
  const hint = obstacle ?? quoteHint(status, myId);
  const quoted = status.quote?.quoted_status;
  return [
    {
      label: t('quoting.quote'),
      ...(hint && { hint: t(hint) }),
      isDisabled: obstacle !== null,
      icon: <Quote size={18} aria-hidden />,
      run: () => quotePost(status),
    },
    quoted != null &&
      quoted.account.id === myId &&
      status.quote?.state === 'accepted' && {
        label: t('quoting.leave'),
        icon: <Unlink size={18} aria-hidden />,
        run: () => void leaveQuote(status, quoted),
      },
  ];
}

function itemsFor(status: Status): (MenuItem | false)[] {
  const isOwn = me.value?.id === status.account.id;
  const isRemote = status.account.acct.includes('@');
  const name = `@${status.account.acct}`;
  const { url } = status;
  return [
    ...quoteItems(status),
    { label: t('post.copyLink'), icon: <Link2 size={18} aria-hidden />, run: () => void copyLink(status) },
    isRemote &&
      url !== null && {
        label: t('post.openOriginal'),
        icon: <ExternalLink size={18} aria-hidden />,
        run: () => open(url, '_blank', 'noopener'),
      },
    status.edited_at !== null && {
      label: t('post.history'),
      icon: <History size={18} aria-hidden />,
      run: () => openHistory(status),
    },
    isOwn &&
      status.visibility !== 'direct' && {
        label: status.pinned ? t('post.unpin') : t('post.pin'),
        icon: status.pinned ? <PinOff size={18} aria-hidden /> : <Pin size={18} aria-hidden />,
        run: () => void togglePin(status),
      },
    isSignedIn.value && {
      label: status.muted ? t('post.unmute') : t('post.mute'),
      icon: status.muted ? <Bell size={18} aria-hidden /> : <BellOff size={18} aria-hidden />,
      run: () => void toggleMute(status),
    },
    isOwn && {
      label: t('post.edit'),
      icon: <Pencil size={18} aria-hidden />,
      run: () => void openEditor(status),
    },
    isOwn && {
      label: t('post.redraft'),
      icon: <FilePenLine size={18} aria-hidden />,
      isDangerous: true,
      run: () => void redraftPost(status),
    },
    isOwn && {
      label: t('post.delete'),
      icon: <Trash2 size={18} aria-hidden />,
      isDangerous: true,
      run: () => void deletePost(status),
    },
    !isOwn && {
      label: t('graph.muteName', { name }),
      icon: <VolumeX size={18} aria-hidden />,
      run: () => void mute(status.account),
    },
    !isOwn && {
      label: t('graph.blockName', { name }),
      icon: <ShieldBan size={18} aria-hidden />,
      isDangerous: true,
      run: () => void block(status.account),
    },
  ];
}

/** The menu behind the three dots. */
export function PostMenu({ status, class: look }: { status: Status; class: string }) {
  return (
    <Menu label={t('post.menu')} class={look} items={itemsFor(status)}>
      <Ellipsis size={18} aria-hidden />
    </Menu>
  );
}
