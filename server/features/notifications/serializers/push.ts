// A notification as the message that a closed app shows: a line, a text, a picture, and where the rest is.
import type { AccountView } from '#server/features/accounts/queries.ts';
import { pictureAddresses, type Places } from '#server/features/accounts/serializers.ts';
import type { PostView } from '#server/features/posts/queries.ts';
import { mediaWords } from '#server/features/posts/serializers/media-words.ts';
import { stripHtml } from '#server/platform/text.ts';
import type { NotificationKind } from '../entities.ts';
import type { NotificationView } from '../queries.ts';
import { wireTypes } from '../serializers.ts';

const titles: Record<'en' | 'de', Record<NotificationKind, string>> = {
  en: {
    mention: '{name} mentioned you',
    post: '{name} posted',
    boost: '{name} boosted your post',
    like: '{name} liked your post',
    follow: '{name} follows you',
    follow_request: '{name} asks to follow you',
    poll: 'A poll has ended',
    edit: '{name} edited a post',
    quote: '{name} quoted your post',
    quoted_edit: '{name} edited a post that you quoted',
    severed: 'A server was blocked, and you lost connections',
    reaction: '{name} reacted to your post',
  },
  de: {
    mention: '{name} hat dich erwähnt',
    post: '{name} hat etwas gepostet',
    boost: '{name} hat deinen Beitrag geteilt',
    like: '{name} gefällt dein Beitrag',
    follow: '{name} folgt dir',
    follow_request: '{name} möchte dir folgen',
    poll: 'Eine Umfrage ist beendet',
    edit: '{name} hat einen Beitrag bearbeitet',
    quote: '{name} hat deinen Beitrag zitiert',
    quoted_edit: '{name} hat einen Beitrag bearbeitet, den du zitiert hast',
    severed: 'Ein Server wurde gesperrt, du hast Verbindungen verloren',
    reaction: '{name} hat auf deinen Beitrag reagiert',
  },
};
const longestTitle = 120;
const longestBody = 240;
/** Addresses of other servers' pictures carry the whole address there; one in a thousand is longer than a message may be. */
const longestIcon = 2000;

/** What the message says. `post` is given only when the reader may see it. */
export interface PushNews {
  notification: NotificationView;
  sender: AccountView;
  post: PostView | null;
  locale: string | null;
  accessToken: string;
}

/** The JSON text that Mastodon's apps expect; a post with a warning shows the warning only. Well below 4 KB. */
export function serializePush(news: PushNews, places: Places): string {
  const { notification, sender, post, accessToken } = news;
  const language = news.locale?.startsWith('de') === true ? 'de' : 'en';
  const name = sender.displayName.trim() || sender.username;
  const text = post === null ? stripHtml(sender.bioHtml) : wordsOf(post, language);
  return JSON.stringify({
    access_token: accessToken,
    preferred_locale: news.locale ?? 'en',
    notification_id: Number(notification.id),
    notification_type: wireTypes[notification.kind],
    icon: iconOf(sender, places),
    title: shorten(
      titles[language][notification.kind].replace('{name}', () => name),
      longestTitle,
    ),
    body: shorten(text, longestBody),
  });
}

function iconOf(sender: AccountView, places: Places): string {
  const { still } = pictureAddresses(sender.suspendedAt === null ? sender.avatar : null, 'avatar', places);
  return still.length > longestIcon ? pictureAddresses(null, 'avatar', places).still : still;
}

/** The warning, else the text, else what it shows. */
function wordsOf(post: PostView, language: 'en' | 'de'): string {
  return post.summary || stripHtml(post.html).trim() || mediaWords(post, language);
}

function shorten(text: string, most: number): string {
  const letters = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  return letters.length <= most ? letters.join('') : `${letters.slice(0, most - 1).join('')}…`;
}
