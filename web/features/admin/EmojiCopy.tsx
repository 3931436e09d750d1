// The dialog in which the staff looks for an emoji of another server, by a post that shows it, to take it over.
import { useSignal } from '@preact/signals';
import { useForm } from '#web/features/auth/use-form.ts';
import { get } from '#web/lib/api.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { Button } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { EmptyNote, Problem } from '#web/ui/Notes.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

/** An emoji as it is shown here. */
export interface ShownEmoji {
  shortcode: string;
  url: string;
}

/** Those of other servers in the text, its author's name and the reactions, each picture once. */
function foreignIn({ emojis, account, emoji_reactions: reactions }: Status): ShownEmoji[] {
  const reacted = (reactions ?? []).flatMap(({ name, url }) =>
    url ? [{ shortcode: name.split('@')[0] ?? '', url }] : [],
  );
  const all = [...emojis, ...account.emojis, ...reacted].filter(({ url }) => url.includes('/remote/emoji/'));
  return [...new Map(all.map(({ shortcode, url }) => [url, { shortcode, url }])).values()];
}

/** `onChoose` gets the one that is to be taken over. */
export function EmojiCopy({ onChoose, onClose }: { onChoose: (emoji: ShownEmoji) => void; onClose: () => void }) {
  const address = useSignal('');
  const found = useSignal<ShownEmoji[] | null>(null);
  const form = useForm(async () => {
    found.value = null;
    const { statuses } = await get<{ statuses: Status[] }>('/api/v2/search', {
      q: address.peek().trim(),
      type: 'statuses',
      resolve: 'true',
    });
    found.value = statuses.slice(0, 1).flatMap(foreignIn);
  });
  return (
    <Dialog title={say('emojis.copy')} onClose={onClose}>
      <form class={styles.form} onSubmit={form.send}>
        <TextField
          label={say('emojis.copyAddress')}
          hint={say('emojis.copyHint')}
          value={address.value}
          onValue={(value) => (address.value = value)}
          isHandle
          required
          autofocus
        />
        <Problem text={form.problem.value} />
        <Button type="submit" look="filled" disabled={!address.value.trim()} isBusy={form.isBusy.value}>
          {say('emojis.copyFind')}
        </Button>
      </form>
      {found.value?.length === 0 && <EmptyNote title={say('emojis.copyNone')} />}
      <ul>
        {found.value?.map((emoji) => (
          <li key={emoji.url}>
            <Button look="quiet" onClick={() => onChoose(emoji)}>
              <img src={emoji.url} alt="" class={styles.emoji} /> :{emoji.shortcode}:
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
