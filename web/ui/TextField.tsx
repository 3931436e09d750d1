// A labelled field of a form, with a hint and what is wrong with it tied to it for screen readers.
import type { ComponentChildren, InputHTMLAttributes, TextareaHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';
import styles from './TextField.module.css';

interface Around {
  label: string;
  hint?: ComponentChildren;
  problem?: string;
}

/** As objects, because the element's types want each kind with its own roles. */
const TYPES = { text: { type: 'text' }, email: { type: 'email' }, password: { type: 'password' } } as const;

type FieldProps = Around & {
  value: string;
  onValue: (value: string) => void;
  /** What stands before the text inside the box, for example `@`. */
  before?: string;
  type?: keyof typeof TYPES;
  autocomplete?: InputHTMLAttributes<HTMLInputElement>['autocomplete'];
  /** A name or an address: no capitals, no spelling. */
  isHandle?: boolean;
  maxLength?: number;
  minLength?: number;
  required?: boolean;
  autofocus?: boolean;
  /** What the browser offers to fill in. */
  suggestions?: readonly string[];
};

function useAround({ hint, problem }: Around) {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return {
    id,
    attributes: { id, 'aria-describedby': described || undefined, 'aria-invalid': problem ? true : undefined },
  };
}

function Frame({ id, label, hint, problem, children }: Around & { id: string; children: ComponentChildren }) {
  return (
    <div class={styles.field}>
      <label for={id} class={styles.label}>
        {label}
      </label>
      {children}
      {hint && (
        <div id={`${id}-hint`} class={styles.hint}>
          {hint}
        </div>
      )}
      {problem && (
        <div id={`${id}-problem`} class={styles.problem}>
          {problem}
        </div>
      )}
    </div>
  );
}

export function TextField({
  label,
  hint,
  problem,
  value,
  onValue,
  before,
  isHandle = false,
  type = 'text',
  suggestions = [],
  ...rest
}: FieldProps) {
  const { id, attributes } = useAround({ label, hint, problem });
  return (
    <Frame id={id} label={label} hint={hint} problem={problem}>
      <span class={styles.box}>
        {before && <span class={styles.before}>{before}</span>}
        <input
          {...rest}
          {...attributes}
          {...TYPES[type]}
          {...(suggestions.length ? { list: `${id}-list` } : {})}
          {...(isHandle ? { autocapitalize: 'none', spellcheck: false } : {})}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        {suggestions.length > 0 && (
          <datalist id={`${id}-list`}>
            {suggestions.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </datalist>
        )}
      </span>
    </Frame>
  );
}

type AreaProps = Around &
  Pick<TextareaHTMLAttributes<HTMLTextAreaElement>, 'maxLength' | 'required' | 'rows'> & {
    value: string;
    onValue: (value: string) => void;
  };

export function TextArea({ label, hint, problem, value, onValue, ...rest }: AreaProps) {
  const { id, attributes } = useAround({ label, hint, problem });
  return (
    <Frame id={id} label={label} hint={hint} problem={problem}>
      <span class={styles.box}>
        <textarea {...rest} {...attributes} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
      </span>
    </Frame>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

export function Switch({ label, hint, isOn, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div class={styles.switch}>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint && (
        <div id={`${id}-hint`} class={styles.hint}>
          {hint}
        </div>
      )}
    </div>
  );
}
