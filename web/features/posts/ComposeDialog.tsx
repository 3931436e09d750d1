// The composer over the page, with the post that is answered above it. Closing keeps what was written.
import { t, type MessageKey } from '#web/lib/i18n.ts';
import { Button } from '#web/ui/Button.tsx';
import { Avatar } from '#web/ui/Avatar.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { Html } from '#web/ui/Html.tsx';
import { AccountName } from '#web/features/accounts/AccountName.tsx';
import type { Status } from '#web/lib/wire/posts.ts';
import { Composer } from './Composer.tsx';
import { PostQuote } from './PostQuote.tsx';
import { composer, discardDraft, draftFor, isUnlikeFresh, type Purpose } from './composing.ts';
import styles from './ComposeDialog.module.css';

const TITLES: Record<Purpose['kind'], MessageKey> = {
  new: 'compose.titleNew',
  reply: 'compose.titleReply',
  quote: 'compose.titleQuote',
  edit: 'compose.titleEdit',
};

function Answered({ status }: { status: Status }) {
  const { account } = status;
  return (
    <blockquote class={styles.answered}>
      <Avatar account={account} size={44} />
      <div class={styles.words}>
        <p class={styles.who}>
          <strong>
            <AccountName account={account} />
          </strong>{' '}
          <span>@{account.acct}</span>
        </p>
        <Html
          class={styles.excerpt}
          html={status.spoiler_text ? '' : status.content}
          emojis={status.emojis}
          mentions={status.mentions}
          tags={status.tags}
          lang={status.language}
        />
        {status.spoiler_text && <p class={styles.excerpt}>{status.spoiler_text}</p>}
      </div>
    </blockquote>
  );
}

/** Once in the app. */
export function ComposeDialogHost() {
  const purpose = composer.value;
  if (!purpose) return null;
  const isTouched = isUnlikeFresh(draftFor(purpose).value, purpose);
  const close = () => (composer.value = null);
  return (
    <Dialog
      title={t(TITLES[purpose.kind])}
      shape="sheet"
      onClose={close}
      action={
        isTouched && (
          <Button
            look="quiet"
            size="small"
            onClick={() => {
              discardDraft(purpose);
              close();
            }}
          >
            {t('compose.discard')}
          </Button>
        )
      }
    >
      {purpose.kind === 'reply' && <Answered status={purpose.to} />}
      <Composer purpose={purpose} onSent={close} isEager />
      {purpose.kind === 'quote' && (
        <div class={styles.quoted}>
          <PostQuote quote={{ state: 'accepted', quoted_status: purpose.of }} />
        </div>
      )}
    </Dialog>
  );
}
