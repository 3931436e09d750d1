// A person's name with its emoji; the username where they gave no name.
import type { Account } from '#web/lib/wire/accounts.ts';
import { EmojiText } from '#web/ui/Html.tsx';

type Named = Pick<Account, 'display_name' | 'username' | 'emojis'>;

/** The name as plain text. */
export const nameOf = (account: Named): string => account.display_name.trim() || account.username;

/** The name with custom emoji as pictures. */
export function AccountName({ account }: { account: Named }) {
  return (
    <bdi>
      <EmojiText text={nameOf(account)} emojis={account.emojis} />
    </bdi>
  );
}
