// What the doctor found at one place.

export interface Finding {
  check: string;
  /** 'warning': it works, but somebody should look. */
  state: 'fine' | 'warning' | 'broken';
  text: string;
  /** What to do about it. */
  mend?: string;
}

/** All is well here. */
export const fine = (check: string, text: string): Finding => ({ check, state: 'fine', text });

/** Works, but not as it should. */
export const warning = (check: string, text: string, mend: string): Finding => ({
  check,
  state: 'warning',
  text,
  mend,
});

/** Does not work. */
export const broken = (check: string, text: string, mend: string): Finding => ({ check, state: 'broken', text, mend });

/** What a probe finds within `limitMs`; a failure or silence is a broken place with that advice. */
export async function probe(
  check: string,
  mend: string,
  look: () => Promise<Finding>,
  limitMs = 8_000,
): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([look(), silence]);
  } catch (error) {
    return broken(check, reasonOf(error), mend);
  } finally {
    clearTimeout(timer);
  }
}

/** An error in a few words; one that hides several says them all. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  const code =
    'code' in error && typeof error.code === 'string' && !error.message.includes(error.code) ? ` (${error.code})` : '';
  return `${error.message || error.name}${code}`;
}
