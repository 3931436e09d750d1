// The settings: profile, appearance, account, and for those who run the place the server.
import { ProfileEditor } from '#web/features/accounts/ProfileEditor.tsx';
import { LetterLanguage } from '#web/features/auth/LetterLanguage.tsx';
import { leave } from '#web/features/auth/Sessions.tsx';
import { SecurityPage } from '#web/features/auth/SecurityPage.tsx';
import { Archive } from '#web/features/exchange/Archive.tsx';
import { FiltersPage } from '#web/features/filters/FiltersPage.tsx';
import { Moving } from '#web/features/graph/Moving.tsx';
import { t } from '#web/lib/i18n.ts';
import { fullHandle } from '#web/lib/instance.ts';
import { isSignedIn, isStaff, me } from '#web/lib/session.ts';
import { Button } from '#web/ui/Button.tsx';
import { Spinner } from '#web/ui/Notes.tsx';
import { PageHeader, TabLinks } from '#web/ui/PageHeader.tsx';
import { Buttons, Section, Sections } from '#web/ui/Section.tsx';
import { whenNeeded } from '#web/ui/when-needed.tsx';
import { Appearance } from './Appearance.tsx';
import { MediaSettings } from './MediaSettings.tsx';
import styles from './SettingsPage.module.css';

export type SettingsSide =
  | 'profile'
  | 'appearance'
  | 'media'
  | 'account'
  | 'filters'
  | 'moving'
  | 'security'
  | 'server';

const AdminSettings = whenNeeded(async () => {
  const [file, words] = await Promise.all([
    import('#web/features/admin/AdminSettings.tsx'),
    import('#web/features/admin/staff-words.ts'),
  ]);
  await words.areReady();
  return file.AdminSettings;
});

const pathOf = (side: SettingsSide): string => (side === 'profile' ? '/settings' : `/settings/${side}`);

function AccountSettings({ handle }: { handle: string }) {
  return (
    <Sections>
      <Section title={t('settings.signedIn')} lead={t('settings.signedInAs', { handle })}>
        <Buttons>
          <Button onClick={() => void leave()}>{t('auth.signOut')}</Button>
        </Buttons>
      </Section>
      <LetterLanguage />
      <Archive />
    </Sections>
  );
}

function Side({ side }: { side: SettingsSide }) {
  if (side === 'appearance') return <Appearance />;
  if (!me.value) return <Spinner />;
  if (side === 'account') return <AccountSettings handle={fullHandle(me.value.acct)} />;
  if (side === 'filters') return <FiltersPage />;
  if (side === 'moving') return <Moving />;
  if (side === 'media') return <MediaSettings />;
  if (side === 'security') return <SecurityPage />;
  if (side === 'server') return isStaff.value ? <AdminSettings /> : <p>{t('settings.notYours')}</p>;
  return <ProfileEditor account={me.value} />;
}

/** `/settings` and its other sides; a visitor has the appearance only. */
export function SettingsPage({ side }: { side: SettingsSide }) {
  const sides: SettingsSide[] = [
    ...(isSignedIn.value ? (['profile'] as const) : []),
    'appearance',
    ...(isSignedIn.value ? (['media', 'filters', 'account', 'security', 'moving'] as const) : []),
    ...(isStaff.value ? (['server'] as const) : []),
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
