// The app: which page a path means, and what lies over all pages.
import { useSignal } from '@preact/signals';
import { Feather } from 'lucide-preact';
import type { ComponentChildren, ComponentType } from 'preact';
import { LocationProvider, lazy, Route, Router, useLocation } from 'preact-iso';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { leave } from './features/auth/Sessions.tsx';
import { SignInPromptHost } from './features/auth/SignInPrompt.tsx';
import { Frame } from './features/frame/Frame.tsx';
import { HelpSheetHost } from './features/frame/HelpSheet.tsx';
import { ListMembershipHost } from './features/lists/ListMembership.tsx';
import { DescriberHost } from './features/media/DescriberHost.tsx';
import { ViewerHost } from './features/media/ViewerHost.tsx';
import { NotificationsPage } from './features/notifications/NotificationsPage.tsx';
import { ComposeDialogHost } from './features/posts/ComposeDialog.tsx';
import { EditHistoryHost } from './features/posts/EditHistory.tsx';
import { ThreadPage } from './features/posts/ThreadPage.tsx';
import { ProfilePage } from './features/timelines/ProfilePage.tsx';
import { BookmarksPage, HomePage, LocalPage, PublicPage, TagPage } from './features/timelines/TimelinePages.tsx';
import { t } from './lib/i18n.ts';
import { instance, loadInstance } from './lib/instance.ts';
import { APP_PATHS, arrive } from './lib/navigation.ts';
import { isSignedIn, me, refreshMe } from './lib/session.ts';
import { announce } from './lib/toasts.ts';
import { AskHost } from './ui/Ask.tsx';
import { Button } from './ui/Button.tsx';
import { EmptyNote, FailureNote, Spinner } from './ui/Notes.tsx';
import { PageHeader } from './ui/PageHeader.tsx';
import { Toasts } from './ui/Toasts.tsx';

/** A page in a file of its own. When the file cannot be had, the page says so instead of staying away. */
function later<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(() => load().catch((): ComponentType<Props> => () => <BrokenPage />));
}

const SignInPage = later(() => import('./features/auth/SignInPage.tsx').then((file) => file.SignInPage));
const SignUpPage = later(() => import('./features/auth/SignUpPage.tsx').then((file) => file.SignUpPage));
const ConfirmEmailPage = later(() => import('./features/auth/EmailPages.tsx').then((file) => file.ConfirmEmailPage));
const RestoreEmailPage = later(() => import('./features/auth/EmailPages.tsx').then((file) => file.RestoreEmailPage));
const ConfirmPage = later(() => import('./features/auth/MailPages.tsx').then((file) => file.ConfirmPage));
const ResetPasswordPage = later(() => import('./features/auth/MailPages.tsx').then((file) => file.ResetPasswordPage));
const FollowRequestsPage = later(() =>
  import('./features/graph/FollowRequestsPage.tsx').then((file) => file.FollowRequestsPage),
);
const FollowersPage = later(() => import('./features/graph/FollowersPages.tsx').then((file) => file.FollowersPage));
const FollowingPage = later(() => import('./features/graph/FollowersPages.tsx').then((file) => file.FollowingPage));
const ListsPage = later(() => import('./features/timelines/ListPages.tsx').then((file) => file.ListsPage));
const ListPage = later(() => import('./features/timelines/ListPages.tsx').then((file) => file.ListPage));
const UnsentPage = later(() => import('./features/posts/UnsentPages.tsx').then((file) => file.UnsentPage));
const SearchPage = later(() => import('./features/search/SearchPage.tsx').then((file) => file.SearchPage));
const AboutPage = later(() => import('./features/instance/AboutPage.tsx').then((file) => file.AboutPage));
const SettingsPage = later(() => import('./features/settings/SettingsPage.tsx').then((file) => file.SettingsPage));

const StaffPage = later(async () => {
  const [file, words] = await Promise.all([
    import('./features/admin/StaffPages.tsx'),
    import('./features/admin/staff-words.ts'),
  ]);
  await words.areReady();
  return file.StaffPage;
});

/** Pages that stand alone, without the navigation around them. */
const ALONE = new Set(['/sign-in', '/sign-up', '/confirm', '/reset-password', '/confirm-email', '/restore-email']);

function BrokenPage() {
  return (
    <EmptyNote title={t('app.broken')}>
      <p>{t('app.brokenHint')}</p>
      <p style={{ paddingTop: '16px' }}>
        <Button onClick={() => location.reload()}>{t('app.reload')}</Button>
      </p>
    </EmptyNote>
  );
}

function NotFoundPage() {
  return (
    <>
      <PageHeader title={t('app.notFoundTitle')} hasBack />
      <EmptyNote title={t('app.notFound')} icon={<Feather size={28} aria-hidden />}>
        {t('app.notFoundHint')}
      </EmptyNote>
    </>
  );
}

/** `/@ada`, `/@ada/replies`, `/@ada/media`, `/@ada/followers`, `/@ada/following`, `/@ada/1234`. */
function PersonPage({ handle: segment = '', part = '' }: { handle?: string; part?: string }) {
  if (!segment.startsWith('@')) return <NotFoundPage />;
  const handle = segment.slice(1);
  if (part === 'followers') return <FollowersPage handle={handle} />;
  if (part === 'following') return <FollowingPage handle={handle} />;
  if (/^\d+$/.test(part)) return <ThreadPage key={part} id={part} />;
  if (part === 'replies' || part === 'media') return <ProfilePage key={handle} handle={handle} side={part} />;
  return part ? <NotFoundPage /> : <ProfilePage key={handle} handle={handle} />;
}

/** Shows its page to people who are signed in, and leads others to the door. */
function Own({ children }: { children: ComponentChildren }) {
  const { route, url } = useLocation();
  useEffect(() => {
    if (!isSignedIn.value) route(`/sign-in?return_to=${encodeURIComponent(url)}`, true);
  }, [isSignedIn.value]);
  return isSignedIn.value ? <>{children}</> : null;
}

const own = (Page: () => ComponentChildren) => () => (
  <Own>
    <Page />
  </Own>
);
const OwnNotifications = own(() => <NotificationsPage />);
const OwnMentions = own(() => <NotificationsPage side="mentions" />);
const OwnBookmarks = own(() => <BookmarksPage />);
const OwnLists = own(() => <ListsPage />);
const OwnList = ({ id = '', side }: { id?: string; side?: string }) => (
  <Own>
    <ListPage key={id} id={id} side={side === 'people' ? 'people' : 'posts'} />
  </Own>
);
const OwnDrafts = own(() => <UnsentPage side="drafts" />);
const OwnScheduled = own(() => <UnsentPage side="scheduled" />);
const OwnFollowRequests = own(() => <FollowRequestsPage />);
const ProfileSettings = () => <SettingsPage side="profile" />;
const AppearanceSettings = () => <SettingsPage side="appearance" />;
const MediaSettings = own(() => <SettingsPage side="media" />);
const AccountSettings = own(() => <SettingsPage side="account" />);
const SecuritySettings = own(() => <SettingsPage side="security" />);
const FilterSettings = own(() => <SettingsPage side="filters" />);
const MovingSettings = own(() => <SettingsPage side="moving" />);
const ServerSettings = own(() => <SettingsPage side="server" />);
const OwnStaffPage = ({ page = '', side = '' }: { page?: string; side?: string }) => (
  <Own>
    <StaffPage page={page} side={side} />
  </Own>
);
const OneTagPage = ({ tag = '' }: { tag?: string }) => <TagPage key={tag} tag={tag} />;

function onRouteChange(): void {
  arrive();
  // The focus starts at the top of the new page, where a whole new page would put it.
  if (!document.activeElement?.closest('[data-post]')) document.getElementById('main')?.focus({ preventScroll: true });
  requestAnimationFrame(() => announce(document.title));
}

function Pages() {
  const { path } = useLocation();
  if (ALONE.has(path)) {
    return (
      <main id="main" tabIndex={-1}>
        <Router onRouteChange={onRouteChange}>
          <Route path="/sign-in" component={SignInPage} />
          <Route path="/sign-up" component={SignUpPage} />
          <Route path="/confirm" component={ConfirmPage} />
          <Route path="/reset-password" component={ResetPasswordPage} />
          <Route path="/confirm-email" component={ConfirmEmailPage} />
          <Route path="/restore-email" component={RestoreEmailPage} />
        </Router>
      </main>
    );
  }
  return (
    <Frame>
      <Router onRouteChange={onRouteChange}>
        <Route path="/" component={HomePage} />
        <Route path="/local" component={LocalPage} />
        <Route path="/public" component={PublicPage} />
        <Route path="/tags/:tag" component={OneTagPage} />
        <Route path="/notifications" component={OwnNotifications} />
        <Route path="/notifications/mentions" component={OwnMentions} />
        <Route path="/lists" component={OwnLists} />
        <Route path="/lists/:id/:side?" component={OwnList} />
        <Route path="/drafts" component={OwnDrafts} />
        <Route path="/drafts/scheduled" component={OwnScheduled} />
        <Route path="/bookmarks" component={OwnBookmarks} />
        <Route path="/follow-requests" component={OwnFollowRequests} />
        <Route path="/search" component={SearchPage} />
        <Route path="/about" component={AboutPage} />
        <Route path="/settings" component={ProfileSettings} />
        <Route path="/settings/appearance" component={AppearanceSettings} />
        <Route path="/settings/media" component={MediaSettings} />
        <Route path="/settings/account" component={AccountSettings} />
        <Route path="/settings/security" component={SecuritySettings} />
        <Route path="/settings/filters" component={FilterSettings} />
        <Route path="/settings/moving" component={MovingSettings} />
        <Route path="/settings/server" component={ServerSettings} />
        <Route path="/settings/server/:page/:side?" component={OwnStaffPage} />
        <Route path="/:handle/:part?" component={PersonPage} />
        <Route default component={NotFoundPage} />
      </Router>
    </Frame>
  );
}

/** Waits for what every page needs: the server's facts, and who is signed in. */
function Ready({ children }: { children: ComponentChildren }) {
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    Promise.all([loadInstance(), refreshMe()]).catch((cause) => (failure.value = cause));
  };
  useEffect(load, []);
  const isReady = instance.value !== null && (!isSignedIn.value || me.value !== null);
  if (isReady) return <>{children}</>;
  if (!failure.value) return <Spinner />;
  return (
    <main id="main">
      <FailureNote cause={failure.value} onRetry={load} />
      {isSignedIn.value && (
        <p style={{ textAlign: 'center' }}>
          <Button look="quiet" onClick={() => void leave()}>
            {t('auth.signOut')}
          </Button>
        </p>
      )}
    </main>
  );
}

/** The last resort: a fault of ours is said plainly instead of leaving an empty page. */
function Safe({ children }: { children: ComponentChildren }) {
  const [fault] = useErrorBoundary((cause) => console.error(cause));
  if (!fault) return <>{children}</>;
  return (
    <main id="main">
      <BrokenPage />
    </main>
  );
}

/** The whole app. */
export function App() {
  return (
    <Safe>
      <Ready>
        <LocationProvider scope={APP_PATHS}>
          <Pages />
          <ComposeDialogHost />
          <EditHistoryHost />
          <ViewerHost />
          <DescriberHost />
          <ListMembershipHost />
          <HelpSheetHost />
          <SignInPromptHost />
          <AskHost />
        </LocationProvider>
      </Ready>
      <Toasts />
    </Safe>
  );
}
