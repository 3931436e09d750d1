// Name, pictures, bio and fields, with the pictures shown as they will be.
import { useSignal } from '@preact/signals';
import { Camera } from 'lucide-preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { failureText, fieldProblems } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { isOwnPicture } from '#web/lib/pictures.ts';
import { tell } from '#web/lib/toasts.ts';
import type { CredentialAccount } from '#web/lib/wire/accounts.ts';
import type { Visibility } from '#web/lib/wire/audience.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Button } from '#web/ui/Button.tsx';
import { Select } from '#web/ui/Choice.tsx';
import { Problem } from '#web/ui/Notes.tsx';
import { Switch, TextArea, TextField } from '#web/ui/TextField.tsx';
import { formOf, profileForm, saveProfile, type ProfileForm } from './profile-form.ts';
import styles from './ProfileEditor.module.css';

const FIELDS = 4;
const NAME_LENGTH = 30;
const NOTE_LENGTH = 500;

interface PictureProps {
  label: string;
  /** The address of the present picture. */
  now: string;
  chosen: File | null;
  onChoose: (file: File) => void;
  kind: 'avatar' | 'header';
}

function Picture({ label, now, chosen, onChoose, kind }: PictureProps) {
  const input = useRef<HTMLInputElement>(null);
  const preview = useMemo(() => (chosen ? URL.createObjectURL(chosen) : now), [chosen, now]);
  useEffect(() => () => URL.revokeObjectURL(preview), [preview]);
  const types = instance.value?.configuration.media_attachments?.supported_mime_types?.filter((type) =>
    type.startsWith('image/'),
  );
  return (
    <div class={styles[kind]}>
      {kind === 'avatar' ? (
        <Avatar account={{ avatar: preview }} size={92} />
      ) : (
        isOwnPicture(preview) && <img src={preview} alt="" />
      )}
      <button
        type="button"
        class={styles.choose}
        aria-label={label}
        title={label}
        onClick={() => input.current?.click()}
      >
        <Camera size={22} aria-hidden />
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={types?.length ? types.join(',') : 'image/*'}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) onChoose(file);
        }}
      />
    </div>
  );
}

interface PartProps {
  form: ProfileForm;
  change: (changes: Partial<ProfileForm>) => void;
}

function Pictures({ account, form, change }: PartProps & { account: CredentialAccount }) {
  return (
    <div class={styles.pictures}>
      <Picture
        kind="header"
        label={t('profile.header')}
        now={account.header}
        chosen={form.header}
        onChoose={(header) => change({ header })}
      />
      <Picture
        kind="avatar"
        label={t('profile.avatar')}
        now={account.avatar}
        chosen={form.avatar}
        onChoose={(avatar) => change({ avatar })}
      />
    </div>
  );
}

function Fields({ form, change }: PartProps) {
  const set = (at: number, changes: Partial<ProfileForm['fields'][number]>) =>
    change({ fields: form.fields.map((field, index) => (index === at ? { ...field, ...changes } : field)) });
  return (
    <fieldset class={styles.fields}>
      <legend>{t('profile.fields')}</legend>
      <p class={styles.hint}>{t('profile.fieldsHint')}</p>
      {form.fields.map((field, index) => (
        <div key={index} class={styles.field}>
          <input
            value={field.name}
            aria-label={t('profile.fieldName', { number: index + 1 })}
            placeholder={t('profile.fieldNameHint')}
            onInput={(event) => set(index, { name: event.currentTarget.value })}
          />
          <input
            value={field.value}
            aria-label={t('profile.fieldValue', { number: index + 1 })}
            placeholder={t('profile.fieldValueHint')}
            onInput={(event) => set(index, { value: event.currentTarget.value })}
          />
        </div>
      ))}
    </fieldset>
  );
}

/** What a new post starts with; a post for mentioned people alone is chosen each time. */
const USUAL: readonly Visibility[] = ['public', 'unlisted', 'private'];

/** The form for the signed-in account. */
export function ProfileEditor({ account }: { account: CredentialAccount }) {
  const isSaving = useSignal(false);
  const problem = useSignal<unknown>(null);
  const limits = instance.value?.configuration.accounts;
  const form = profileForm.value ?? formOf(account, limits?.max_profile_fields ?? FIELDS);
  const change = (changes: Partial<ProfileForm>) => (profileForm.value = { ...form, ...changes });
  const problems = fieldProblems(problem.value);
  const save = async (event: Event) => {
    event.preventDefault();
    if (isSaving.peek()) return;
    isSaving.value = true;
    problem.value = null;
    try {
      await saveProfile(form);
      tell(t('profile.saved'));
    } catch (cause) {
      problem.value = cause;
    }
    isSaving.value = false;
  };
  return (
    <form class={styles.form} onSubmit={save}>
      <Pictures account={account} form={form} change={change} />
      <TextField
        label={t('profile.name')}
        problem={problems['display_name']}
        value={form.name}
        onValue={(name) => change({ name })}
        maxLength={limits?.max_display_name_length ?? NAME_LENGTH}
        autocomplete="off"
      />
      <TextArea
        label={t('profile.note')}
        hint={t('profile.noteHint')}
        problem={problems['note']}
        value={form.note}
        onValue={(note) => change({ note })}
        maxLength={limits?.max_note_length ?? NOTE_LENGTH}
        rows={5}
      />
      <Fields form={form} change={change} />
      <Switch
        label={t('profile.locked')}
        hint={t('profile.lockedHint')}
        isOn={form.isLocked}
        onChange={(isLocked) => change({ isLocked })}
      />
      <Select
        label={t('profile.audience')}
        options={USUAL.map((value) => ({ value, label: t(`visibility.${value}`) }))}
        chosen={form.privacy}
        onChoose={(privacy) => change({ privacy })}
      />
      <Select
        label={t('profile.quotes')}
        options={(['public', 'followers', 'nobody'] as const).map((value) => ({
          value,
          label: t(`profile.quotes.${value}`),
        }))}
        chosen={form.quotePolicy}
        onChoose={(quotePolicy) => change({ quotePolicy })}
      />
      <Switch
        label={t('profile.bot')}
        hint={t('profile.botHint')}
        isOn={form.isBot}
        onChange={(isBot) => change({ isBot })}
      />
      <Problem text={problem.value === null ? '' : failureText(problem.value)} />
      <div class={styles.buttons}>
        {profileForm.value && <Button onClick={() => (profileForm.value = null)}>{t('profile.discard')}</Button>}
        <Button type="submit" look="filled" disabled={!profileForm.value} isBusy={isSaving.value}>
          {t('profile.save')}
        </Button>
      </div>
    </form>
  );
}
