// Settings → server → custom emoji: all of them, switched off, changed and deleted.
import { useSignal } from '@preact/signals';
import { Copy, Plus, SmilePlus } from 'lucide-preact';
import { forgetCustomEmojis } from '#web/features/reactions/reactions.ts';
import { get, request } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { StaffEmoji } from '#web/lib/wire/staff.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { useLoaded, Waiting } from '#web/ui/Loaded.tsx';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { Row } from '#web/ui/Row.tsx';
import { Buttons } from '#web/ui/Section.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { EmojiCopy, type ShownEmoji } from './EmojiCopy.tsx';
import { EmojiDialog } from './EmojiDialog.tsx';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

/** Pictures of thousands are not fetched at once. */
const STEP = 100;

const nameOf = ({ shortcode }: StaffEmoji): string => `:${shortcode}:`;

interface RowProps {
  emoji: StaffEmoji;
  onEdit: () => void;
  onSwitch: () => void;
  onDelete: () => void;
}

function EmojiRow({ emoji, onEdit, onSwitch, onDelete }: RowProps) {
  const { category, visible_in_picker: isOffered, disabled, url } = emoji;
  const name = nameOf(emoji);
  const facts = [
    ...(category ? [category] : []),
    ...(disabled ? [say('emojis.off')] : []),
    ...(!disabled && !isOffered ? [say('emojis.hidden')] : []),
  ];
  return (
    <Row
      title={name}
      picture={<img src={url} alt="" loading="lazy" class={`${styles.emoji} ${disabled ? styles.off : ''}`} />}
      facts={facts}
      actions={
        <>
          <Button size="small" aria-label={say('emojis.editName', { name })} onClick={onEdit}>
            {say('emojis.edit')}
          </Button>
          <Button
            size="small"
            aria-label={say(disabled ? 'emojis.switchOnName' : 'emojis.switchOffName', { name })}
            onClick={onSwitch}
          >
            {say(disabled ? 'emojis.switchOn' : 'emojis.switchOff')}
          </Button>
          <Button size="small" aria-label={say('emojis.deleteName', { name })} onClick={onDelete}>
            {say('emojis.delete')}
          </Button>
        </>
      }
    />
  );
}

async function deleteEmoji(emoji: StaffEmoji): Promise<boolean> {
  const name = nameOf(emoji);
  const isSure = await ask({
    title: say('emojis.deleteTitle', { name }),
    text: say('emojis.deleteText'),
    yes: say('emojis.delete'),
    isDangerous: true,
  });
  if (!isSure) return false;
  return request('DELETE', `/api/admin/emojis/${emoji.id}`).then(
    () => {
      tell(say('emojis.deleted', { name }));
      return true;
    },
    (cause) => {
      tellFailure(cause);
      return false;
    },
  );
}

/** All emoji with a word in their shortcode or heading. */
function found(emojis: readonly StaffEmoji[], sought: string): StaffEmoji[] {
  const word = sought.trim().toLowerCase().replaceAll(':', '');
  return emojis.filter(({ shortcode, category }) => `${shortcode} ${category ?? ''}`.toLowerCase().includes(word));
}

/** The page under its header. */
export function EmojisPage() {
  const loaded = useLoaded(() => get<StaffEmoji[]>('/api/admin/emojis'));
  const open = useSignal<StaffEmoji | 'new' | 'copy' | { copied: ShownEmoji } | null>(null);
  const sought = useSignal('');
  const shown = useSignal(STEP);
  const emojis = loaded.value.value;
  if (!emojis) return <Waiting of={loaded} />;
  const put = (before: StaffEmoji, after: StaffEmoji | null) => {
    loaded.value.value = emojis.flatMap((one) => (one !== before ? one : (after ?? [])));
    forgetCustomEmojis();
  };
  const turn = (emoji: StaffEmoji) =>
    request<StaffEmoji>('PATCH', `/api/admin/emojis/${emoji.id}`, { body: { disabled: !emoji.disabled } }).then(
      (changed) => put(emoji, changed),
      tellFailure,
    );
  const saved = () => {
    open.value = null;
    loaded.load();
    forgetCustomEmojis();
  };
  const some = found(emojis, sought.value);
  return (
    <div class={`${styles.page} ${styles.form}`}>
      <Buttons>
        <Button look="filled" onClick={() => (open.value = 'new')}>
          <Plus size={18} aria-hidden /> {say('emojis.add')}
        </Button>
        <Button onClick={() => (open.value = 'copy')}>
          <Copy size={18} aria-hidden /> {say('emojis.copy')}
        </Button>
      </Buttons>
      {emojis.length > 0 && (
        <TextField label={say('emojis.find')} value={sought.value} onValue={(word) => (sought.value = word)} isHandle />
      )}
      {some.length === 0 && (
        <EmptyNote
          title={say(emojis.length ? 'emojis.noneFound' : 'emojis.none')}
          icon={<SmilePlus size={28} aria-hidden />}
        />
      )}
      <ul aria-label={say('emojis.title')}>
        {some.slice(0, shown.value).map((emoji) => (
          <EmojiRow
            key={emoji.id}
            emoji={emoji}
            onEdit={() => (open.value = emoji)}
            onSwitch={() => void turn(emoji)}
            onDelete={() => void deleteEmoji(emoji).then((isGone) => isGone && put(emoji, null))}
          />
        ))}
      </ul>
      {some.length > shown.value && (
        <Button look="quiet" onClick={() => (shown.value += STEP)}>
          {t('common.more')}
        </Button>
      )}
      {open.value === 'copy' && (
        <EmojiCopy onChoose={(copied) => (open.value = { copied })} onClose={() => (open.value = null)} />
      )}
      {open.value && open.value !== 'copy' && (
        <EmojiDialog
          emoji={open.value === 'new' || 'copied' in open.value ? null : open.value}
          copied={open.value !== 'new' && 'copied' in open.value ? open.value.copied : null}
          categories={[...new Set(emojis.flatMap(({ category }) => category ?? []))].toSorted()}
          onSaved={saved}
          onClose={() => (open.value = null)}
        />
      )}
    </div>
  );
}
