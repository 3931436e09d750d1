// Where one can go from everywhere, for the side navigation and the bar at the bottom.
import {
  Bell,
  Bookmark,
  FilePen,
  Globe,
  House,
  List,
  Search,
  Settings,
  UserRound,
  UserRoundPlus,
  Users,
} from 'lucide-preact';
import { unseenCount } from '#web/features/notifications/notification-list.ts';
import { t } from '#web/lib/i18n.ts';
import { accountPath } from '#web/lib/links.ts';
import { me } from '#web/lib/session.ts';

export interface Destination {
  href: string;
  label: string;
  icon: typeof House;
  /** How many new things wait there. */
  count?: number;
  /** Only where there is room for it. */
  isMinor?: boolean;
}

/** In the order of the side navigation; a visitor has fewer. */
export function destinations(): Destination[] {
  const account = me.value;
  const home = { href: '/', label: t('nav.home'), icon: House };
  const search = { href: '/search', label: t('nav.search'), icon: Search };
  const everyone = { href: '/public', label: t('nav.public'), icon: Globe };
  const local = { href: '/local', label: t('nav.local'), icon: Users };
  const settings = { href: '/settings', label: t('nav.settings'), icon: Settings, isMinor: true };
  if (!account) return [home, everyone, search, { ...settings, href: '/settings/appearance' }];
  const requests = account.source.follow_requests_count;
  return [
    home,
    { href: '/notifications', label: t('nav.notifications'), icon: Bell, count: unseenCount.value },
    search,
    local,
    everyone,
    { href: '/bookmarks', label: t('nav.bookmarks'), icon: Bookmark, isMinor: true },
    { href: '/lists', label: t('nav.lists'), icon: List, isMinor: true },
    { href: '/drafts', label: t('nav.drafts'), icon: FilePen, isMinor: true },
    ...(account.locked || requests > 0
      ? [
          {
            href: '/follow-requests',
            label: t('nav.followRequests'),
            icon: UserRoundPlus,
            count: requests,
            isMinor: true,
          },
        ]
      : []),
    { href: accountPath(account), label: t('nav.profile'), icon: UserRound },
    settings,
  ];
}

const WITH_SIDES = new Set(['/settings', '/notifications', '/lists', '/drafts']);

/** Whether a destination is where the reader is. */
export function isAt(path: string, href: string): boolean {
  return path === href || (WITH_SIDES.has(href) && path.startsWith(`${href}/`));
}
