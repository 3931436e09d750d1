// Custom emoji and reactions, as the client API gives them.

export interface CustomEmoji {
  shortcode: string;
  url: string;
  static_url: string;
  visible_in_picker?: boolean;
}

/** How often people reacted with one emoji; `url` is the picture of a custom one. */
export interface EmojiReaction {
  name: string;
  count: number;
  me: boolean;
  url?: string | null;
  static_url?: string | null;
}
