// The language in which the server writes: letters, messages to closed apps, the page on which an app is let in.
import { get, request } from '#web/lib/api.ts';
import { LANGUAGES, t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import { Select } from '#web/ui/Choice.tsx';
import { useLoaded, Waiting } from '#web/ui/Loaded.tsx';
import { Section } from '#web/ui/Section.tsx';

interface Wish {
  /** Empty when none is chosen. */
  language: string;
  spoken: string[];
}

function Choice({ wish, onChange }: { wish: Wish; onChange: (wish: Wish) => void }) {
  const { language, spoken } = wish;
  const main = language.split('-')[0] ?? '';
  const choose = (code: string) =>
    request<Wish>('PUT', '/api/preferences/language', { body: { language: code } }).then((kept) => {
      onChange(kept);
      tell(t('letters.changed'));
    }, tellFailure);
  return (
    <Select
      label={t('letters.language')}
      hint={t('letters.hint')}
      chosen={spoken.includes(main) ? main : ''}
      options={[
        { value: '', label: t('letters.none') },
        ...spoken.map((code) => ({ value: code, label: LANGUAGES[code] ?? code })),
      ]}
      onChoose={(code) => void choose(code)}
    />
  );
}

/** The section of the account's settings. */
export function LetterLanguage() {
  const loaded = useLoaded(() => get<Wish>('/api/preferences/language'));
  const { value: wish } = loaded;
  return (
    <Section title={t('letters.title')}>
      {wish.value ? <Choice wish={wish.value} onChange={(kept) => (wish.value = kept)} /> : <Waiting of={loaded} />}
    </Section>
  );
}
