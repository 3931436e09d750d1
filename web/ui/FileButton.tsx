// A button that lets somebody choose a file.
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from './Button.tsx';

interface Props {
  /** Its name for screen readers; the words of the button. */
  label: string;
  /** What the browser offers, as in `accept` of a field. */
  accept: string;
  size?: 'small' | 'normal';
  isBusy?: boolean;
  onFile: (file: File) => void;
  /** A sign before the words. */
  children?: ComponentChildren;
}

/** The browser's own field is hidden behind it. */
export function FileButton({ label, accept, size = 'normal', isBusy = false, onFile, children }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button size={size} isBusy={isBusy} onClick={() => input.current?.click()}>
        {children} {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={accept}
        onChange={(event) => {
          const { currentTarget } = event;
          const [file] = currentTarget.files ?? [];
          if (file) onFile(file);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
