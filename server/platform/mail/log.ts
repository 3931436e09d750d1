// Letters go to the log where no SMTP server is set: enough to try the server, and for an admin to pass a link on.
import type { Logger } from 'pino';
import type { Mail } from './mail.ts';

/** Writes recipient, subject and text of each letter as one log line. */
export function openLogMail(log: Logger): Mail {
  return {
    delivers: false,
    async send(letter) {
      log.info(
        { to: letter.to, subject: letter.subject, letter: letter.text },
        'no SMTP_URL is set: this letter was not mailed',
      );
    },
    async close() {},
  };
}
