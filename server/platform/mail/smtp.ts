// Letters by SMTP.
import { createTransport } from 'nodemailer';
import type { Mail } from './mail.ts';

/** `url` as in `smtps://name:password@mail.example:465`; `from` is the sender's address. A server that does not answer is given up after 10 s. */
export function openSmtpMail(url: string, from: string): Mail {
  const transport = createTransport({
    url,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    // A letter is made of texts; nothing in it may name a file or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    delivers: true,
    async send(letter) {
      const { to, subject, text, html, headers } = letter;
      await transport.sendMail({ from, to, subject, text, html, ...(headers ? { headers } : {}) });
    },
    async close() {
      transport.close();
    },
  };
}
