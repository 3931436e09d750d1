// Choices of one: radio buttons under a legend, and a select with its label.
import { useId } from 'preact/hooks';
import styles from './Choice.module.css';

export interface Option<T extends string> {
  value: T;
  label: string;
  hint?: string;
}

interface RadioProps<T extends string> {
  legend: string;
  hint?: string;
  options: readonly Option<T>[];
  chosen: T;
  onChoose: (value: T) => void;
}

/** Radio buttons; the hint of each stands under it. */
export function RadioChoice<T extends string>({ legend, hint, options, chosen, onChoose }: RadioProps<T>) {
  const name = useId();
  return (
    <fieldset class={styles.choice}>
      <legend class={styles.legend}>{legend}</legend>
      {hint && <p class={styles.hint}>{hint}</p>}
      {options.map(({ value, label, hint: more }) => (
        <label key={value} class={styles.option}>
          <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => onChoose(value)} />
          <span>
            {label}
            {more && <span class={styles.more}>{more}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface CheckProps<T extends string> {
  legend: string;
  problem?: string;
  options: readonly Option<T>[];
  chosen: readonly T[];
  onChoose: (values: T[]) => void;
}

/** Several of some. */
export function CheckChoice<T extends string>({ legend, problem, options, chosen, onChoose }: CheckProps<T>) {
  return (
    <fieldset class={styles.choice}>
      <legend class={styles.legend}>{legend}</legend>
      {options.map(({ value, label }) => (
        <label key={value} class={styles.option}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              onChoose(
                options.map((one) => one.value).filter((one) => (one === value ? checked : chosen.includes(one))),
              );
            }}
          />
          {label}
        </label>
      ))}
      {problem && <p class={styles.problem}>{problem}</p>}
    </fieldset>
  );
}

interface SelectProps<T extends string> extends Omit<RadioProps<T>, 'legend'> {
  label: string;
}

/** The browser's own list. */
export function Select<T extends string>({ label, hint, options, chosen, onChoose }: SelectProps<T>) {
  const id = useId();
  return (
    <div class={styles.select}>
      <label for={id} class={styles.legend}>
        {label}
      </label>
      <select
        id={id}
        value={chosen}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => {
          const found = options.find(({ value }) => value === event.currentTarget.value);
          if (found) onChoose(found.value);
        }}
      >
        {options.map(({ value, label: text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} class={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
