// What a page that a post links to says about itself: its title, a picture, who wrote it. Calm: a link, and nothing that plays.
import { FileText, Play } from 'lucide-preact';
import { AccountName } from '#web/features/accounts/AccountName.tsx';
import { heldAt } from '#web/features/media/layout.ts';
import { Placeholder } from '#web/features/media/Placeholder.tsx';
import { rich, t } from '#web/lib/i18n.ts';
import { accountPath } from '#web/lib/links.ts';
import type { PreviewCard } from '#web/lib/wire/posts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import styles from './LinkCard.module.css';

/** A picture this wide may stand above the words, where the card is shown large. */
const LARGE_FROM_PX = 400;

const hostOf = (address: string): string => {
  try {
    return new URL(address).hostname.replace(/^www\./, '');
  } catch {
    return '';
  }
};

function Image({ card, isLarge }: { card: PreviewCard; isLarge: boolean }) {
  if (!card.image) {
    return (
      <span class={styles.sign} aria-hidden>
        <FileText size={24} />
      </span>
    );
  }
  const shape =
    isLarge && card.width && card.height ? Math.max(1.3, Math.min(2.2, card.width / card.height)) : undefined;
  return (
    <span class={styles.image} style={{ aspectRatio: shape ? String(shape) : undefined }}>
      <Placeholder hash={card.blurhash} />
      <img
        src={card.image}
        alt={card.image_description ?? ''}
        loading="lazy"
        decoding="async"
        draggable={false}
        style={{ objectPosition: heldAt(undefined) }}
        onError={(event) => (event.currentTarget.hidden = true)}
      />
      {card.type === 'video' && (
        <span class={styles.play} aria-hidden>
          <Play size={18} fill="currentColor" />
        </span>
      )}
    </span>
  );
}

/** Its authors who are in the fediverse, with the way to them. */
function Authors({ card }: { card: PreviewCard }) {
  const known = (card.authors ?? []).flatMap(({ account }) => account ?? []);
  if (!known.length) return null;
  return (
    <p class={styles.authors}>
      {known.map((account) => (
        <a key={account.id} class={styles.author} href={accountPath(account)}>
          <Avatar account={account} size={20} />
          <span>{rich('link.moreFrom', { name: <AccountName account={account} /> })}</span>
        </a>
      ))}
    </p>
  );
}

/** The card of a link. `isLarge` on the page of one post. */
export function LinkCard({ card, isLarge: mayBeLarge = false }: { card: PreviewCard; isLarge?: boolean }) {
  const isLarge = mayBeLarge && card.image !== null && card.width >= LARGE_FROM_PX && card.width > card.height;
  const provider = card.provider_name || hostOf(card.url);
  const written = card.authors?.find(({ account }) => !account)?.name || (card.authors?.length ? '' : card.author_name);
  return (
    <div class={`${styles.card} ${isLarge ? styles.large : ''}`}>
      <a class={styles.link} href={card.url} target="_blank" rel="noopener noreferrer">
        <Image card={card} isLarge={isLarge} />
        <span class={styles.words} lang={card.language ?? undefined} dir="auto">
          <span class={styles.provider}>{written ? t('link.by', { provider, author: written }) : provider}</span>
          <strong class={styles.title}>{card.title || card.url}</strong>
          {card.description && <span class={styles.description}>{card.description}</span>}
        </span>
      </a>
      <Authors card={card} />
    </div>
  );
}
