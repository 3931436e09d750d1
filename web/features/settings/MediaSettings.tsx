// What somebody wants of pictures and films: kept by the server, for all their browsers. Choices act at once.
import {
  changeMediaPreferences,
  DESCRIBING,
  mediaPreferences,
  SHOWING,
  type MediaPreferences,
} from '#web/features/media/preferences.ts';
import { t, type MessageKey } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import { Switch } from '#web/ui/TextField.tsx';
import styles from './MediaSettings.module.css';

const change = (changes: Partial<MediaPreferences>) => void changeMediaPreferences(changes).catch(tellFailure);

interface ChoiceProps<T extends string> {
  name: string;
  legend: MessageKey;
  hint?: string;
  values: readonly T[];
  label: (value: T) => MessageKey;
  chosen: T;
  onChoose: (value: T) => void;
}

function Choice<T extends string>({ name, legend, hint, values, label, chosen, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset class={styles.choice}>
      <legend class={styles.legend}>{t(legend)}</legend>
      {hint && <p class={styles.hint}>{hint}</p>}
      {values.map((value) => (
        <label key={value} class={styles.option}>
          <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => onChoose(value)} />
          {t(label(value))}
        </label>
      ))}
    </fieldset>
  );
}

/** The side of the settings about media. */
export function MediaSettings() {
  const { describe, show, autoplay } = mediaPreferences();
  const isRequired = instance.value?.configuration.media_attachments?.description_required === true;
  return (
    <div class={styles.page}>
      <Choice
        name="describe"
        legend="mediaSettings.describe"
        hint={isRequired ? t('mediaSettings.required') : t('mediaSettings.describeHint')}
        values={isRequired ? (['require'] as const) : DESCRIBING}
        label={(value) => `mediaSettings.${value}`}
        chosen={isRequired ? 'require' : describe}
        onChoose={(value) => change({ describe: value })}
      />
      <Choice
        name="show"
        legend="mediaSettings.show"
        values={SHOWING}
        label={(value) => `mediaSettings.${value}`}
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
