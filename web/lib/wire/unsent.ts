// What is not sent yet: posts that wait for their time, and drafts that the server keeps.
import type { QuotePolicy, Visibility } from './audience.ts';
import type { MediaAttachment } from './media.ts';

/** A post that waits for its time. */
export interface ScheduledStatus {
  id: string;
  scheduled_at: string;
  params: {
    text: string;
    poll: { options: string[]; expires_in: number; multiple: boolean; hide_totals: boolean } | null;
    sensitive: boolean;
    spoiler_text: string;
    visibility: Visibility;
    in_reply_to_id: string | null;
    quoted_status_id: string | null;
    quote_approval_policy: QuotePolicy | null;
    language: string | null;
  };
  media_attachments: MediaAttachment[];
}

/** What somebody has not finished writing, kept by the server. Our own words. */
export interface KeptDraft {
  id: string;
  content: string;
  /** As posts of our own API say it: `followers` is what the wire calls `private`. */
  visibility: string | null;
  in_reply_to: string | null;
  content_warning: string | null;
  sensitive: boolean | null;
  language: string | null;
  poll: { options: string[]; expires_in: number | null; multiple: boolean; hide_totals: boolean } | null;
  quoted: string | null;
  quote_policy: QuotePolicy | null;
  /** When it shall go out, once it is sent. */
  scheduled_at: string | null;
  media_attachments: MediaAttachment[];
  /** Why it was not published at its time. */
  problem: string | null;
  updated_at: string;
}
