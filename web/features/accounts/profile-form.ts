// The profile while it is edited: kept while one walks through the app, sent as one form.
import { signal } from '@preact/signals';
import { request } from '#web/lib/api.ts';
import { me } from '#web/lib/session.ts';
import type { CredentialAccount } from '#web/lib/wire/accounts.ts';
import type { QuotePolicy, Visibility } from '#web/lib/wire/audience.ts';
import { keepAccount } from './account-store.ts';

export interface ProfileForm {
  name: string;
  note: string;
  isLocked: boolean;
  isBot: boolean;
  fields: { name: string; value: string }[];
  privacy: Visibility;
  language: string;
  quotePolicy: QuotePolicy;
  avatar: File | null;
  header: File | null;
}

/** What is being edited; null while nothing is. */
export const profileForm = signal<ProfileForm | null>(null);

/** The form as the account is now, with `fieldCount` rows for fields. */
export function formOf(account: CredentialAccount, fieldCount: number): ProfileForm {
  const { source } = account;
  const rows = Array.from({ length: Math.max(fieldCount, source.fields.length) }, (_, index) => source.fields[index]);
  return {
    name: account.display_name,
    note: source.note,
    isLocked: account.locked,
    isBot: account.bot,
    fields: rows.map((field) => ({ name: field?.name ?? '', value: field?.value ?? '' })),
    privacy: source.privacy,
    language: source.language ?? '',
    quotePolicy: source.quote_policy ?? 'public',
    avatar: null,
    header: null,
  };
}

/** Sends the form; the account and all pages that show it follow. @throws {ApiError} with the form left as it is. */
export async function saveProfile(form: ProfileForm): Promise<void> {
  const body = new FormData();
  body.set('display_name', form.name);
  body.set('note', form.note);
  body.set('locked', String(form.isLocked));
  body.set('bot', String(form.isBot));
  body.set('source[privacy]', form.privacy);
  body.set('source[language]', form.language);
  body.set('source[quote_policy]', form.quotePolicy);
  form.fields.forEach(({ name, value }, index) => {
    body.set(`fields_attributes[${index}][name]`, name);
    body.set(`fields_attributes[${index}][value]`, value);
  });
  if (form.avatar) body.set('avatar', form.avatar);
  if (form.header) body.set('header', form.header);
  const saved = await request<CredentialAccount>('PATCH', '/api/v1/accounts/update_credentials', { form: body });
  me.value = saved;
  keepAccount(saved);
  profileForm.value = null;
}
