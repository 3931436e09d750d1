// The reactions under a post: each is a button that joins or leaves it.
import { EmojiText } from '#web/ui/Html.tsx';
import { shortNumber, t } from '#web/lib/i18n.ts';
import type { EmojiReaction } from '#web/lib/wire/emoji.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { toggleReaction } from './reactions.ts';
import styles from './Reactions.module.css';

/** An emoji as it is drawn: itself, or its picture. */
export function Emoji({ name, url }: { name: string; url?: string | null | undefined }) {
  if (!url) return <>{name}</>;
  const [shortcode = name] = name.split('@');
  return <EmojiText text={`:${shortcode}:`} emojis={[{ shortcode, url, static_url: url }]} />;
}

/** What a reaction is called: the emoji, or its shortcode. */
const nameOf = ({ name, url }: EmojiReaction): string => (url ? `:${name}:` : name);

/** Nothing where nobody has reacted. */
export function Reactions({ status }: { status: Status }) {
  const reactions = status.emoji_reactions ?? [];
  if (reactions.length === 0) return null;
  return (
    <div class={styles.row} role="group" aria-label={t('reactions.all')}>
      {reactions.map((reaction) => (
        <button
          key={reaction.name}
          type="button"
          class={styles.reaction}
          aria-pressed={reaction.me}
          aria-label={t('reactions.one', { emoji: nameOf(reaction), count: reaction.count })}
          title={nameOf(reaction)}
          onClick={() => void toggleReaction(status, { name: reaction.name, url: reaction.url ?? null })}
        >
          <span class={styles.emoji} aria-hidden>
            <Emoji name={reaction.name} url={reaction.url} />
          </span>
          <span aria-hidden>{shortNumber(reaction.count)}</span>
        </button>
      ))}
    </div>
  );
}
