// The language of a post: the browser's own select, so every platform shows its best list.
import { useMemo } from 'preact/hooks';
import { locale, t } from '#web/lib/i18n.ts';
import styles from './LanguageChoice.module.css';

const CODES = (
  'ar be bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko lt lv mk ms nb nl nn oc pl ' +
  'pt ro ru sc sk sl sq sr sv sw ta th tr uk ur vi zh'
).split(' ');

interface Props {
  /** A language code; empty when none is chosen. */
  value: string;
  onChoose: (code: string) => void;
}

/** A select behind the language's code. */
export function LanguageChoice({ value, onChoose }: Props) {
  const languages = useMemo(() => {
    const names = new Intl.DisplayNames(locale.value, { type: 'language' });
    const codes = value && !CODES.includes(value) ? [...CODES, value] : CODES;
    return codes
      .map((code) => ({ code, name: names.of(code) ?? code }))
      .sort((one, other) => one.name.localeCompare(other.name, locale.value));
  }, [locale.value, value]);
  return (
    <label class={styles.choice} title={t('compose.language')}>
      <span class="only-read">{t('compose.language')}</span>
      <span aria-hidden class={styles.code}>
        {value || '–'}
      </span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{t('compose.noLanguage')}</option>
        {languages.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
