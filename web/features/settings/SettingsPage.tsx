// The settings: profile, appearance, account, and for those who run the place the server.
import { AdminSettings } from '#web/features/admin/AdminSettings.tsx';
import { ProfileEditor } from '#web/features/accounts/ProfileEditor.tsx';
import { leave } from '#web/features/auth/Sessions.tsx';
import { SecurityPage } from '#web/features/auth/SecurityPage.tsx';
import { t } from '#web/lib/i18n.ts';
import { fullHandle } from '#web/lib/instance.ts';
import { isSignedIn, mayAdminister, me } from '#web/lib/session.ts';
import { Button } from '#web/ui/Button.tsx';
import { Spinner } from '#web/ui/Notes.tsx';
import { PageHeader, TabLinks } from '#web/ui/PageHeader.tsx';
import { Appearance } from './Appearance.tsx';
import { MediaSettings } from './MediaSettings.tsx';
import styles from './SettingsPage.module.css';

export type SettingsSide = 'profile' | 'appearance' | 'media' | 'account' | 'security' | 'server';

const pathOf = (side: SettingsSide): string => (side === 'profile' ? '/settings' : `/settings/${side}`);

function Side({ side }: { side: SettingsSide }) {
  if (side === 'appearance') return <Appearance />;
  if (!me.value) return <Spinner />;
  if (side === 'account') {
    return (
      <>
        <p class={styles.lead}>{t('settings.signedInAs', { handle: fullHandle(me.value.acct) })}</p>
        <Button onClick={() => void leave()}>{t('auth.signOut')}</Button>
      </>
    );
  }
  if (side === 'media') return <MediaSettings />;
  if (side === 'security') return <SecurityPage />;
  if (side === 'server') return mayAdminister.value ? <AdminSettings /> : <p>{t('settings.notYours')}</p>;
  return <ProfileEditor account={me.value} />;
}

/** `/settings` and its other sides; a visitor has the appearance only. */
export function SettingsPage({ side }: { side: SettingsSide }) {
  const sides: SettingsSide[] = [
    ...(isSignedIn.value ? (['profile'] as const) : []),
    'appearance',
    ...(isSignedIn.value ? (['media', 'account', 'security'] as const) : []),
    ...(mayAdminister.value ? (['server'] as const) : []),
  ];
  const current = isSignedIn.value ? side : 'appearance';
  return (
    <>
      <PageHeader title={t('nav.settings')} tabTitle={`${t(`settings.${current}`)} · ${t('nav.settings')}`} hasBack />
      <TabLinks
        label={t('settings.tabs')}
        tabs={sides.map((one) => ({ label: t(`settings.${one}`), href: pathOf(one), isCurrent: one === current }))}
      />
      <div class={styles.page}>
        <Side side={current} />
      </div>
    </>
  );
}
