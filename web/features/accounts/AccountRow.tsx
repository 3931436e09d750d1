// One person in a list: picture, name, handle, the beginning of the bio, and what the list offers to do.
import type { ComponentChildren } from 'preact';
import { accountPath } from '#web/lib/links.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import { Avatar } from '#web/ui/Avatar.tsx';
import { AccountName } from './AccountName.tsx';
import { Handle } from './Handle.tsx';
import styles from './AccountRow.module.css';

interface Props {
  account: Account;
  /** Without the bio. */
  isShort?: boolean;
  children?: ComponentChildren;
}

const toText = (html: string): string =>
  new DOMParser().parseFromString(html.replaceAll(/<br\s*\/?>|<\/p>/g, ' '), 'text/html').body.textContent.trim();

/** The row; `children` stand at its end. */
export function AccountRow({ account, isShort = false, children }: Props) {
  const note = isShort ? '' : toText(account.note);
  return (
    <div class={styles.row}>
      <a class={styles.person} href={accountPath(account)}>
        <Avatar account={account} size={44} />
        <span class={styles.texts}>
          <span class={styles.name}>
            <AccountName account={account} />
          </span>
          <span class={styles.handle}>
            <Handle acct={account.acct} />
          </span>
          {note && <span class={styles.note}>{note}</span>}
        </span>
      </a>
      {children && <div class={styles.actions}>{children}</div>}
    </div>
  );
}
