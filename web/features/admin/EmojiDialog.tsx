// The dialog in which a custom emoji is added or changed.
import { useSignal } from '@preact/signals';
import { ImageUp } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { useForm } from '#web/features/auth/use-form.ts';
import { request } from '#web/lib/api.ts';
import { tell } from '#web/lib/toasts.ts';
import type { StaffEmoji } from '#web/lib/wire/staff.ts';
import { Button } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { FileButton } from '#web/ui/FileButton.tsx';
import { Problem } from '#web/ui/Notes.tsx';
import { Switch, TextField } from '#web/ui/TextField.tsx';
import type { ShownEmoji } from './EmojiCopy.tsx';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

interface Props {
  /** Null adds one. */
  emoji: StaffEmoji | null;
  /** One of another server that is taken over. */
  copied?: ShownEmoji | null;
  /** The headings that there are. */
  categories: readonly string[];
  onSaved: () => void;
  onClose: () => void;
}

interface EmojiForm {
  shortcode: string;
  category: string;
  isOffered: boolean;
  picture: File | null;
}

/** A shortcode from the name of a file: `Red Rook.png` becomes `Red_Rook`. */
const shortcodeFrom = (name: string): string =>
  name
    .replace(/\.[^.]*$/, '')
    .replaceAll(/\W+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 50);

/** @throws {ApiError} */
async function save(
  { emoji, copied }: Pick<Props, 'emoji' | 'copied'>,
  { shortcode, category, isOffered, picture }: EmojiForm,
): Promise<void> {
  const wishes = { shortcode: shortcode.trim(), category: category.trim(), visible_in_picker: isOffered };
  if (emoji) {
    await request('PATCH', `/api/admin/emojis/${emoji.id}`, { body: wishes });
    return;
  }
  if (copied) {
    await request('POST', '/api/admin/emojis', { body: { ...wishes, copy_of: copied.url } });
    return;
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(wishes)) form.set(name, String(value));
  if (picture) form.set('image', picture);
  await request('POST', '/api/admin/emojis', { form });
}

function Picture({ file, url, onFile }: { file: File | null; url: string | null; onFile: (file: File) => void }) {
  const chosen = useSignal<string | null>(null);
  useEffect(() => {
    if (!file) return;
    const address = URL.createObjectURL(file);
    chosen.value = address;
    return () => URL.revokeObjectURL(address);
  }, [file]);
  const shown = chosen.value ?? url;
  return (
    <div class={styles.chosen}>
      {shown && <img src={shown} alt="" />}
      {!url && (
        <FileButton
          label={say('emojis.choose')}
          accept="image/png,image/gif,image/webp,image/jpeg,image/avif"
          onFile={onFile}
        >
          <ImageUp size={18} aria-hidden />
        </FileButton>
      )}
      {!url && <span class={styles.hint}>{say('emojis.chooseHint')}</span>}
    </div>
  );
}

/** Stays open with what was typed when the server refuses. */
export function EmojiDialog({ emoji, copied = null, categories, onSaved, onClose }: Props) {
  const form = useSignal<EmojiForm>({
    shortcode: emoji?.shortcode ?? copied?.shortcode ?? '',
    category: emoji?.category ?? '',
    isOffered: emoji?.visible_in_picker ?? true,
    picture: null,
  });
  const change = (changes: Partial<EmojiForm>) => (form.value = { ...form.peek(), ...changes });
  const sending = useForm(async () => {
    await save({ emoji, copied }, form.peek());
    tell(say('emojis.saved', { name: `:${form.peek().shortcode.trim()}:` }));
    onSaved();
  });
  const { shortcode, category, isOffered, picture } = form.value;
  const { fields, problem, isBusy } = sending;
  const take = (file: File) => change({ picture: file, shortcode: shortcode || shortcodeFrom(file.name) });
  return (
    <Dialog title={say(emoji ? 'emojis.edit' : 'emojis.add')} onClose={onClose}>
      <form class={styles.form} onSubmit={sending.send}>
        <Picture file={picture} url={emoji?.url ?? copied?.url ?? null} onFile={take} />
        <Problem text={fields.value['image'] ?? fields.value['copy_of']} />
        <TextField
          label={say('emojis.shortcode')}
          hint={say('emojis.shortcodeHint')}
          problem={fields.value['shortcode']}
          value={shortcode}
          onValue={(value) => change({ shortcode: value })}
          maxLength={50}
          isHandle
          required
        />
        <TextField
          label={say('emojis.category')}
          hint={say('emojis.categoryHint')}
          problem={fields.value['category']}
          value={category}
          onValue={(value) => change({ category: value })}
          suggestions={categories}
          maxLength={50}
        />
        <Switch
          label={say('emojis.offered')}
          hint={say('emojis.offeredHint')}
          isOn={isOffered}
          onChange={(isOn) => change({ isOffered: isOn })}
        />
        <Problem text={problem.value} />
        <Button
          type="submit"
          look="filled"
          size="wide"
          disabled={!shortcode.trim() || (!emoji && !copied && !picture)}
          isBusy={isBusy.value}
        >
          {say(emoji ? 'emojis.save' : 'emojis.upload')}
        </Button>
      </form>
    </Dialog>
  );
}
