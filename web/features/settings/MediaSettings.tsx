// What somebody wants of pictures and films: kept by the server, for all their browsers. Choices act at once.
import {
  changeMediaPreferences,
  DESCRIBING,
  mediaPreferences,
  SHOWING,
  type MediaPreferences,
} from '#web/features/media/preferences.ts';
import { t } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import { RadioChoice } from '#web/ui/Choice.tsx';
import { Switch } from '#web/ui/TextField.tsx';
import styles from './MediaSettings.module.css';

const change = (changes: Partial<MediaPreferences>) => void changeMediaPreferences(changes).catch(tellFailure);

const named = <T extends (typeof DESCRIBING)[number] | (typeof SHOWING)[number]>(value: T) => ({
  value,
  label: t(`mediaSettings.${value}`),
});

/** The side of the settings about media. */
export function MediaSettings() {
  const { describe, show, autoplay } = mediaPreferences();
  const isRequired = instance.value?.configuration.media_attachments?.description_required === true;
  return (
    <div class={styles.page}>
      <RadioChoice
        legend={t('mediaSettings.describe')}
        hint={isRequired ? t('mediaSettings.required') : t('mediaSettings.describeHint')}
        options={(isRequired ? (['require'] as const) : DESCRIBING).map((value) => named(value))}
        chosen={isRequired ? 'require' : describe}
        onChoose={(value) => change({ describe: value })}
      />
      <RadioChoice
        legend={t('mediaSettings.show')}
        options={SHOWING.map(named)}
        chosen={show}
        onChoose={(value) => change({ show: value })}
      />
      <Switch
        label={t('mediaSettings.autoplay')}
        hint={t('mediaSettings.autoplayHint')}
        isOn={autoplay}
        onChange={(isOn) => change({ autoplay: isOn })}
      />
    </div>
  );
}
