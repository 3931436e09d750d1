// The pictures, films and sounds of a post, behind a cover while they are sensitive; a post with a content warning covers them itself.
import { Gallery } from '#web/features/media/Gallery.tsx';
import { postPath } from '#web/lib/links.ts';
import { me } from '#web/lib/session.ts';
import type { Status } from '#web/lib/wire/posts.ts';

/** All attachments of a post. */
export function PostMedia({ status, blurredBy }: { status: Status; blurredBy?: string | undefined }) {
  const { account, media_attachments: attachments, sensitive, spoiler_text: warning } = status;
  return (
    <Gallery
      attachments={attachments}
      isSensitive={sensitive && warning === ''}
      blurredBy={blurredBy}
      post={{ path: postPath(status), by: `@${account.acct}` }}
      isOwn={me.value?.id === account.id}
    />
  );
}
