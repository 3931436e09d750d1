// Letters by SMTP.
import { createTransport } from 'nodemailer';
import type { Mail } from './mail.ts';

/** `url` as in `smtps://name:password@mail.example:465`; `from` is the sender's address. */
export function openSmtpMail(url: string, from: string): Mail {
  const transport = createTransport(url);
  return {
    delivers: true,
    async send(letter) {
      await transport.sendMail({ from, to: letter.to, subject: letter.subject, text: letter.text, html: letter.html });
    },
    async close() {
      transport.close();
    },
  };
}
