// The ways through the app: a column on wide screens, a bar at the bottom on small ones.
import { useLocation } from 'preact-iso/router';
import { LogIn, LogOut, Moon, PenLine, Sun } from 'lucide-preact';
import { AccountName } from '#web/features/accounts/AccountName.tsx';
import { leave } from '#web/features/auth/Sessions.tsx';
import { openComposer } from '#web/features/posts/composing.ts';
import { theme } from '#web/lib/appearance.ts';
import { t } from '#web/lib/i18n.ts';
import { instance, instanceTitle } from '#web/lib/instance.ts';
import { scrollToTop } from '#web/lib/navigation.ts';
import { isSignedIn, me } from '#web/lib/session.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Button, ButtonLink } from '#web/ui/Button.tsx';
import { Menu, type MenuItem } from '#web/ui/Menu.tsx';
import rook from '#web/ui/rook.svg';
import { destinations, isAt, type Destination } from './destinations.tsx';
import styles from './Navigation.module.css';

const MOST_SHOWN = 99;

/** Asked for where one already is: to the top, as the logo of every paper does. */
function toTopWhenThere(event: MouseEvent, isHere: boolean): void {
  if (!isHere || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  scrollToTop();
}

function Count({ count = 0 }: Pick<Destination, 'count'>) {
  if (!count) return null;
  return (
    <span class={styles.count}>
      <span aria-hidden>{count > MOST_SHOWN ? `${MOST_SHOWN}+` : count}</span>
      <span class="only-read">{t('nav.new', { count })}</span>
    </span>
  );
}

function Way({ destination, isHere, isLabelled }: { destination: Destination; isHere: boolean; isLabelled: boolean }) {
  const { href, label, icon: Icon, count } = destination;
  return (
    <a
      href={href}
      class={styles.way}
      aria-current={isHere ? 'page' : undefined}
      title={isLabelled ? undefined : label}
      onClick={(event) => toTopWhenThere(event, isHere)}
    >
      <span class={styles.icon}>
        <Icon size={22} aria-hidden />
      </span>
      <span class={isLabelled ? styles.label : 'only-read'}>{label}</span>
      <Count count={count} />
    </a>
  );
}

const isDarkNow = (): boolean =>
  theme.value === 'dark' || (theme.value === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);

function themeItem(): MenuItem {
  return isDarkNow()
    ? { label: t('nav.light'), icon: <Sun size={18} aria-hidden />, run: () => (theme.value = 'light') }
    : { label: t('nav.dark'), icon: <Moon size={18} aria-hidden />, run: () => (theme.value = 'dark') };
}

const leaveItem = (): MenuItem => ({
  label: t('auth.signOut'),
  icon: <LogOut size={18} aria-hidden />,
  run: () => void leave(),
});

function WriteButton() {
  return (
    <Button
      look="filled"
      size="wide"
      onClick={() => openComposer()}
      aria-keyshortcuts="n"
      title={t('compose.titleNew')}
    >
      <PenLine size={19} aria-hidden />
      <span class={styles.label}>{t('compose.titleNew')}</span>
    </Button>
  );
}

/** The ways in, for a visitor. */
function Doors() {
  return (
    <div class={styles.doors}>
      {instance.value?.registrations.enabled !== false && (
        <ButtonLink href="/sign-up" look="filled" size="wide">
          <span class={styles.label}>{t('auth.signUp')}</span>
        </ButtonLink>
      )}
      <ButtonLink href="/sign-in" size="wide" title={t('auth.signIn')}>
        <LogIn size={18} aria-hidden />
        <span class={styles.label}>{t('auth.signIn')}</span>
      </ButtonLink>
    </div>
  );
}

function AccountMenu() {
  const account = me.value;
  if (!account) return null;
  return (
    <Menu
      label={t('nav.account', { name: `@${account.acct}` })}
      hasWords
      class={styles.account ?? ''}
      items={[themeItem(), leaveItem()]}
    >
      <Avatar account={account} size={38} />
      <span class={styles.who}>
        <span class={styles.name}>
          <AccountName account={account} />
        </span>
        <span class={styles.handle}>@{account.acct}</span>
      </span>
    </Menu>
  );
}

/** The column at the side; a rail of icons on middle widths. */
export function SideNavigation() {
  const { path } = useLocation();
  return (
    <header class={styles.side}>
      <a href="/" class={styles.brand} aria-label={instanceTitle()}>
        <img src={rook} alt="" width={38} height={38} />
        <span>{instanceTitle()}</span>
      </a>
      <nav aria-label={t('nav.main')} class={styles.ways}>
        {destinations().map((destination) => (
          <Way key={destination.href} destination={destination} isHere={isAt(path, destination.href)} isLabelled />
        ))}
      </nav>
      {isSignedIn.value ? <WriteButton /> : <Doors />}
      <AccountMenu />
    </header>
  );
}

/** The bar of small screens, with the button to write above it. */
export function BottomBar() {
  const { path, route } = useLocation();
  const all = destinations();
  const account = me.value;
  const onBar = account ? ['/', '/search', '/notifications'] : ['/', '/public', '/search'];
  const ways = onBar.flatMap((href) => all.find((one) => one.href === href) ?? []);
  const others = all.filter(({ href }) => !onBar.includes(href) && href !== '/local' && href !== '/public');
  const waits = others.some(({ count = 0 }) => count > 0);
  return (
    <nav aria-label={t('nav.main')} class={styles.bottom}>
      {account && !path.startsWith('/settings') && (
        <button type="button" class={styles.write} aria-label={t('compose.titleNew')} onClick={() => openComposer()}>
          <PenLine size={24} aria-hidden />
        </button>
      )}
      <div class={styles.bar}>
        {ways.map((destination) => (
          <Way
            key={destination.href}
            destination={destination}
            isHere={isAt(path, destination.href)}
            isLabelled={false}
          />
        ))}
        {account ? (
          <Menu
            label={t('nav.more')}
            class={styles.way}
            items={[
              ...others.map(({ href, label, icon: Icon }) => ({
                label,
                icon: <Icon size={18} aria-hidden />,
                run: () => route(href),
              })),
              themeItem(),
              leaveItem(),
            ]}
          >
            <span class={styles.icon}>
              <Avatar account={account} size={28} />
              {waits && <span class={styles.dot} />}
            </span>
          </Menu>
        ) : (
          <Way
            destination={{ href: '/sign-in', label: t('auth.signIn'), icon: LogIn }}
            isHere={false}
            isLabelled={false}
          />
        )}
      </div>
    </nav>
  );
}
