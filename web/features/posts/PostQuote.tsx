// The post that a post quotes, as a card in it; or in words why it is not shown.
import { useSignal } from '@preact/signals';
import { Quote as QuoteSign } from 'lucide-preact';
import { useContext } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { Handle } from '#web/features/accounts/Handle.tsx';
import { AccountName, nameOf } from '#web/features/accounts/AccountName.tsx';
import { t, type MessageKey } from '#web/lib/i18n.ts';
import { accountPath, postPath } from '#web/lib/links.ts';
import type { Quote, Status } from '#web/lib/wire/posts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Time } from '#web/ui/Time.tsx';
import { FilteredNote } from './FilteredNote.tsx';
import { Place, verdictOn } from './filtering.ts';
import { PostBody } from './PostBody.tsx';
import { findPost } from './post-store.ts';
import styles from './PostQuote.module.css';

const REASONS: Record<string, MessageKey> = {
  pending: 'quote.pending',
  rejected: 'quote.revoked',
  revoked: 'quote.revoked',
  deleted: 'quote.deleted',
  unauthorized: 'quote.unauthorized',
  blocked_account: 'quote.blocked',
  blocked_domain: 'quote.blocked',
  muted_account: 'quote.muted',
};

function Reason({ words }: { words: MessageKey }) {
  return (
    <p class={styles.reason}>
      <QuoteSign size={16} aria-hidden />
      {t(words)}
    </p>
  );
}

function Card({ status }: { status: Status }) {
  const { route } = useLocation();
  const { account } = status;
  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element) || event.target.closest('a, button, input, label, form, video, audio'))
      return;
    // The post around it would open itself.
    event.stopPropagation();
    if (getSelection()?.isCollapsed !== false && !event.metaKey && !event.ctrlKey) route(postPath(status));
  };
  return (
    // The keyboard's way to the same place is the link on the time.
    <blockquote class={styles.card} aria-label={t('quote.of', { name: nameOf(account) })} onClick={onClick}>
      <p class={styles.byline}>
        <a class={styles.author} href={accountPath(account)}>
          <Avatar account={account} size={22} />
          <span class={styles.names}>
            <strong>
              <AccountName account={account} />
            </strong>{' '}
            <span class={styles.handle}>
              <Handle acct={account.acct} />
            </span>
          </span>
        </a>
        <a class={styles.when} href={postPath(status)}>
          <Time at={status.created_at} />
        </a>
      </p>
      {/* What it quotes in turn is named, not shown: cards in cards have no end. */}
      <PostBody status={status}>{status.quote && <Reason words="quote.another" />}</PostBody>
    </blockquote>
  );
}

/** A quote in whatever state it is in. */
export function PostQuote({ quote }: { quote: Quote }) {
  const place = useContext(Place);
  const isRevealed = useSignal(false);
  const quoted = quote.quoted_status;
  if (quote.state !== 'accepted') return <Reason words={REASONS[quote.state] ?? 'quote.unauthorized'} />;
  if (!quoted) return <Reason words="quote.unauthorized" />;
  const latest = findPost(quoted.id)?.value;
  if (latest === null) return <Reason words="quote.deleted" />;
  const status = latest ?? quoted;
  const verdict = verdictOn(status, place);
  if (verdict && verdict.action !== 'blur' && !isRevealed.value) {
    return (
      <div class={styles.card}>
        <FilteredNote titles={verdict.titles} onShow={() => (isRevealed.value = true)} />
      </div>
    );
  }
  return <Card status={status} />;
}
