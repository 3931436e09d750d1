// What the server says about itself, as far as the web app reads it.
import type { Account } from './accounts.ts';

export interface Instance {
  domain: string;
  title: string;
  version: string;
  source_url: string;
  description: string;
  thumbnail: { url: string | null };
  usage?: { users?: { active_month?: number } };
  languages?: string[];
  contact?: { email: string; account: Account | null };
  rules?: { id: string; text: string; hint?: string }[];
  registrations: { enabled: boolean; approval_required: boolean; message?: string | null };
  configuration: {
    urls: { streaming?: string; about?: string | null };
    /** Only servers on the staff's list count. */
    limited_federation?: boolean;
    accounts?: { max_profile_fields?: number; max_display_name_length?: number; max_note_length?: number };
    statuses: { max_characters: number; characters_reserved_per_url?: number; max_media_attachments?: number };
    polls?: { max_options: number; max_characters_per_option: number; min_expiration: number; max_expiration: number };
    media_attachments?: {
      supported_mime_types?: string[];
      /** Characters. */
      description_limit?: number;
      /** Bytes. */
      image_size_limit?: number;
      video_size_limit?: number;
      /** Our own: whether every picture of a post must be described. */
      description_required?: boolean;
    };
  };
}
