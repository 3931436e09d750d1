// A mail server of the outside world that keeps what it is handed: letters count as delivered, so addresses must be confirmed.
import type { Letter, Mail } from '#server/platform/mail/mail.ts';

export interface Mailbox extends Mail {
  letters: Letter[];
  /** The newest letter to that address. @throws when there is none */
  letterTo(address: string): Letter;
  /** The `token` in the link of the newest letter to that address. @throws when there is none */
  tokenTo(address: string): string;
}

/** Put it in place of a test context's mail: `server.ctx.mail = openMailbox()`. */
export function openMailbox(): Mailbox {
  const letters: Letter[] = [];
  const letterTo = (address: string): Letter => {
    const letter = letters.findLast(({ to }) => to === address);
    if (!letter)
      throw new Error(
        `no letter to ${address}; there are letters to ${letters.map(({ to }) => to).join(', ') || 'nobody'}`,
      );
    return letter;
  };
  return {
    delivers: true,
    letters,
    letterTo,
    tokenTo(address) {
      const token = /[?&]token=([\w-]+)/.exec(letterTo(address).text)?.[1];
      if (token === undefined) throw new Error('the letter holds no link');
      return token;
    },
    async send(letter) {
      letters.push(letter);
    },
    async close() {},
  };
}
