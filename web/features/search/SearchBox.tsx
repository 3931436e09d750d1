// The search field; sends its words to the search page.
import { useLocation } from 'preact-iso/router';
import { Search } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import styles from './SearchBox.module.css';

/** The field; `isEager` takes the focus when nothing is searched yet. */
export function SearchBox({ isEager = false }: { isEager?: boolean }) {
  const { route, path, query } = useLocation();
  const field = useRef<HTMLInputElement>(null);
  const asked = path === '/search' ? (query['q'] ?? '') : '';
  useEffect(() => {
    if (field.current) field.current.value = asked;
    if (isEager && !asked) field.current?.focus();
  }, [asked]);
  return (
    <form
      role="search"
      class={styles.form}
      action="/search"
      onSubmit={(event) => {
        event.preventDefault();
        const words = field.current?.value.trim();
        if (words) route(`/search?q=${encodeURIComponent(words)}`);
      }}
    >
      <Search size={18} aria-hidden />
      <input
        ref={field}
        type="search"
        name="q"
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        enterKeyHint="search"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
    </form>
  );
}
