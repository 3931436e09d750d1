// What a post says: behind its content warning where it has one, with its pictures.
import { useSignal } from '@preact/signals';
import { ChevronDown, ChevronUp, EyeOff, Hourglass, TriangleAlert } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { LinkCard } from '#web/features/links/LinkCard.tsx';
import { t } from '#web/lib/i18n.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { EmojiText, Html } from '#web/ui/Html.tsx';
import { PostMedia } from './PostMedia.tsx';
import { PostPoll } from './PostPoll.tsx';
import styles from './PostBody.module.css';

interface Props {
  status: Status;
  /** The id of the text, for what is described by it. */
  id?: string;
  isLarge?: boolean;
  /** The reader's filters because of which its pictures wait. */
  blurredBy?: string;
  /** What follows, such as the post that it quotes. */
  children?: ComponentChildren;
}

/** A post with pictures or a quoted post says enough by itself. */
const hasRoomForCard = ({ media_attachments: media, quote }: Status): boolean => !media.length && !quote;

/** What the author of the other post says to an answer that needs their leave, while nobody but its writer may see it. */
function Leave({ status }: { status: Status }) {
  if (!status.approval_refused && !status.pending_approval) return null;
  const Sign = status.approval_refused ? EyeOff : Hourglass;
  return (
    <p class={styles.leave}>
      <Sign size={16} aria-hidden class={styles.sign} />
      {t(status.approval_refused ? 'post.refused' : 'post.waits')}
    </p>
  );
}

/** The text and media of a post. */
export function PostBody({ status, id, isLarge = false, blurredBy, children }: Props) {
  const isOpen = useSignal(false);
  const areaId = useId();
  const text = (
    <>
      <Html
        id={id}
        class={isLarge ? styles.large : styles.text}
        html={status.content}
        emojis={status.emojis}
        mentions={status.mentions}
        tags={status.tags}
        lang={status.language}
      />
      <PostMedia status={status} blurredBy={blurredBy} />
      {status.card && hasRoomForCard(status) && <LinkCard card={status.card} isLarge={isLarge} />}
      {status.poll && <PostPoll status={status} poll={status.poll} />}
      {children}
    </>
  );
  if (!status.spoiler_text)
    return (
      <>
        <Leave status={status} />
        {text}
      </>
    );
  return (
    <>
      <Leave status={status} />
      <div class={styles.warning}>
        <TriangleAlert size={18} aria-hidden class={styles.sign} />
        <p class={styles.reason} dir="auto" lang={status.language ?? undefined}>
          <EmojiText text={status.spoiler_text} emojis={status.emojis} />
        </p>
        <button
          type="button"
          class={styles.toggle}
          aria-expanded={isOpen.value}
          aria-controls={areaId}
          onClick={() => (isOpen.value = !isOpen.value)}
        >
          {isOpen.value ? t('post.showLess') : t('post.showMore')}
          {isOpen.value ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
        </button>
      </div>
      <div id={areaId} hidden={!isOpen.value}>
        {isOpen.value && text}
      </div>
    </>
  );
}
