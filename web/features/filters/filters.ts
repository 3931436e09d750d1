// The reader's filters, as the settings show and change them.
import { get, post, request } from '#web/lib/api.ts';
import type { FilterPlace } from '#web/lib/wire/posts.ts';

export type FilterAction = 'warn' | 'hide' | 'blur';

export interface Filter {
  id: string;
  title: string;
  context: FilterPlace[];
  expires_at: string | null;
  filter_action: FilterAction;
  keywords: { id: string; keyword: string; whole_word: boolean }[];
  statuses: { id: string }[];
}

export const PLACES = ['home', 'notifications', 'public', 'thread', 'account'] as const;
export const ACTIONS = ['warn', 'blur', 'hide'] as const;
/** How long it lasts, in seconds; `never` and `same` are words. */
export const LENGTHS = ['1800', '3600', '21600', '43200', '86400', '604800', '2592000'] as const;
export type Length = (typeof LENGTHS)[number] | 'never' | 'same';

export interface FilterForm {
  title: string;
  places: FilterPlace[];
  action: FilterAction;
  length: Length;
  /** Those with an id are there already. */
  keywords: { id?: string; keyword: string; isWhole: boolean }[];
}

/** What the form begins with. */
export function formOf(filter: Filter | null): FilterForm {
  if (!filter)
    return {
      title: '',
      places: ['home', 'notifications', 'public', 'thread'],
      action: 'warn',
      length: 'never',
      keywords: [{ keyword: '', isWhole: true }],
    };
  return {
    title: filter.title,
    places: filter.context,
    action: filter.filter_action,
    length: filter.expires_at ? 'same' : 'never',
    keywords: filter.keywords.map(({ id, keyword, whole_word }) => ({ id, keyword, isWhole: whole_word })),
  };
}

/** Sends the form; keywords that it has no more are taken away. @throws {ApiError} */
export async function saveFilter(filter: Filter | null, form: FilterForm): Promise<void> {
  const kept = form.keywords.filter(({ keyword }) => keyword.trim() !== '');
  const gone = filter?.keywords.filter(({ id }) => !kept.some((one) => one.id === id)) ?? [];
  const body = {
    title: form.title.trim(),
    context: form.places,
    filter_action: form.action,
    ...(form.length === 'same' ? {} : { expires_in: form.length === 'never' ? '' : Number(form.length) }),
    keywords_attributes: [
      ...kept.map(({ id, keyword, isWhole }) => ({ ...(id && { id }), keyword: keyword.trim(), whole_word: isWhole })),
      ...gone.map(({ id }) => ({ id, _destroy: true })),
    ],
  };
  if (filter) await request('PUT', `/api/v2/filters/${filter.id}`, { body });
  else await post('/api/v2/filters', body);
}

/** All of them. @throws {ApiError} */
export const loadFilters = (): Promise<Filter[]> => get<Filter[]>('/api/v2/filters');

/** Removes one with all that it holds. @throws {ApiError} */
export const removeFilter = ({ id }: Filter): Promise<unknown> => request('DELETE', `/api/v2/filters/${id}`);
