// The text area of the composer. A copy of the text lies behind it and tints mentions, hashtags and links while one types.
import type { RefObject, TextareaHTMLAttributes } from 'preact';
import { splitText } from '#web/lib/post-text.ts';
import styles from './HighlightedText.module.css';

type Props = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'value' | 'ref'> & {
  value: string;
  area: RefObject<HTMLTextAreaElement | null>;
  /** Lines that are there before anything is written. */
  lines: number;
};

/** The text area; it grows with its text. */
export function HighlightedText({ value, area, lines, ...rest }: Props) {
  return (
    <div class={styles.stack} style={{ minHeight: `calc(${lines} * 1.5em + 12px)` }}>
      <div class={styles.copy} aria-hidden>
        {splitText(value).map((part, index) => (
          <span key={index} class={styles[part.kind]}>
            {part.text}
          </span>
        ))}
        {/* An empty last line needs something in it to have a height. */}
        {'\u200b'}
      </div>
      <textarea {...rest} ref={area} class={styles.area} value={value} rows={1} dir="auto" />
    </div>
  );
}
