// One row of the table of settings: its name, its help, what it falls back to, how its text becomes a value.

/** What earlier rows were set to, as text, by name: a fallback may follow them. */
export type EarlierTexts = Readonly<Record<string, string | undefined>>;

/** One row of the table. `parse` throws an Error whose message completes "NAME …". */
export interface Setting<T> {
  readonly name: string;
  readonly group: string;
  /** What one may write, for people: "true or false". */
  readonly kind: string;
  readonly help: string;
  /** The value in words of the file, used when nothing is given; null means "not set". */
  readonly fallback: string | null | ((earlier: EarlierTexts) => string | null);
  /** How the docs show a fallback that is worked out. */
  readonly fallbackShown?: string;
  readonly parse: (text: string) => T;
}

/** A row that always ends with a value. */
export function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

/** A row that may stay unset; its value is then undefined. */
export function optional<T>(row: Omit<Setting<T>, 'fallback'>): Setting<T | undefined> {
  return { ...row, fallback: null };
}
