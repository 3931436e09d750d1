// Turns whatever went wrong into a sentence for the person in front of the screen.
import { ApiError } from './api.ts';
import { t } from './i18n.ts';

/** Something that did not work for a reason that the person may read. */
export class Told extends Error {}

/** What happened, in words; the server's own where it had something to say. */
export function failureText(cause: unknown): string {
  // Errors of ours carry words for people; those of the browser do not.
  if (!(cause instanceof ApiError)) return cause instanceof Told ? cause.message : t('error.unexpected');
  if (cause.status === 0) return t('error.offline');
  if (cause.status === 429) return t('error.tooMany');
  if (cause.status >= 500) return t('error.server');
  return cause.message || t('error.unexpected');
}

/** Whether the server said that it is not there, or no longer. */
export const isNotFound = (cause: unknown): boolean =>
  cause instanceof ApiError && (cause.status === 404 || cause.status === 410);

/** The server's remarks on the fields of a form, one text a field. */
export function fieldProblems(cause: unknown): Record<string, string> {
  if (!(cause instanceof ApiError)) return {};
  return Object.fromEntries(
    Object.entries(cause.details).map(([field, problems]) => [field, problems.map((one) => one.description).join(' ')]),
  );
}
