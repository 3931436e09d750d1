// A person's picture: an egg-soft square, lazy, and decoration for screen readers (the name always stands beside it).
import type { Account } from '#web/lib/wire/accounts.ts';
import styles from './Avatar.module.css';

interface Props {
  account: Pick<Account, 'avatar'>;
  /** Edge in px. */
  size?: number;
  class?: string;
}

/** The picture, loaded when it comes near the window. */
export function Avatar({ account, size = 44, class: extra = '' }: Props) {
  return (
    <img
      class={`${styles.avatar} ${extra}`}
      src={account.avatar}
      width={size}
      height={size}
      alt=""
      loading="lazy"
      decoding="async"
    />
  );
}
