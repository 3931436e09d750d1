// How the app looks and listens in this browser: theme, accent, language, keys.
import { useId } from 'preact/hooks';
import { accent, ACCENTS, hasShortcuts, theme, THEMES } from '#web/lib/appearance.ts';
import { chooseLanguage, chosenLanguage, LANGUAGES, t } from '#web/lib/i18n.ts';
import { Switch } from '#web/ui/TextField.tsx';
import styles from './Appearance.module.css';

function ThemeChoice() {
  return (
    <fieldset>
      <legend class={styles.legend}>{t('appearance.theme')}</legend>
      <div class={styles.themes}>
        {THEMES.map((one) => (
          <label key={one} class={`${styles.theme} ${styles[one]}`}>
            <input
              type="radio"
              name="theme"
              value={one}
              checked={theme.value === one}
              onChange={() => (theme.value = one)}
            />
            <span class={styles.sketch} aria-hidden>
              <span />
              <span />
              <span />
            </span>
            <span>{t(`appearance.${one}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function AccentChoice() {
  return (
    <fieldset>
      <legend class={styles.legend}>{t('appearance.accent')}</legend>
      <div class={styles.accents}>
        {ACCENTS.map((one) => (
          <label key={one} class={`${styles.accent} ${styles[one]}`}>
            <input
              type="radio"
              name="accent"
              value={one}
              checked={accent.value === one}
              onChange={() => (accent.value = one)}
            />
            <span class={styles.shell} aria-hidden />
            <span>{t(`appearance.${one}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function LanguageOfTheApp() {
  const id = useId();
  return (
    <div class={styles.language}>
      <label for={id} class={styles.legend}>
        {t('appearance.language')}
      </label>
      <select id={id} value={chosenLanguage.value} onChange={(event) => void chooseLanguage(event.currentTarget.value)}>
        <option value="">{t('appearance.browserLanguage')}</option>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Choices that act at once. */
export function Appearance() {
  return (
    <div class={styles.page}>
      <ThemeChoice />
      <AccentChoice />
      <LanguageOfTheApp />
      <Switch
        label={t('appearance.shortcuts')}
        hint={t('appearance.shortcutsHint')}
        isOn={hasShortcuts.value}
        onChange={(isOn) => (hasShortcuts.value = isOn)}
      />
    </div>
  );
}
