// Reactions to posts: which emoji are offered, and giving and taking one back.
import { signal } from '@preact/signals';
import { requireSignIn } from '#web/features/auth/sign-in-prompt.ts';
import { changePost, findPost, keepPost } from '#web/features/posts/post-store.ts';
import { get, request } from '#web/lib/api.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import type { CustomEmoji, EmojiReaction } from '#web/lib/wire/emoji.ts';
import type { Status } from '#web/lib/wire/posts.ts';

/** What most people reach for; every other emoji is found on posts where somebody used it. */
export const COMMON =
  '👍 ❤️ 😂 🎉 😮 😢 😡 👀 🔥 👏 🙏 💯 😍 🤔 😅 🙃 😴 🤯 🥳 🫂 💪 🤝 👋 🙌 ✅ ❌ ⭐ 🌈 ☕ 🐦 🌱 💜'.split(' ');

/** An emoji that one can react with. */
export interface Choice {
  name: string;
  /** The picture of a custom one. */
  url: string | null;
}

/** The custom emoji of this server; null until they are loaded. */
export const customEmojis = signal<CustomEmoji[] | null>(null);
let loading: Promise<void> | null = null;

/** Loads the custom emoji once; a failure is tried again at the next opening. */
export function loadCustomEmojis(): Promise<void> {
  loading ??= get<CustomEmoji[]>('/api/v1/custom_emojis').then(
    (emojis) => {
      customEmojis.value = emojis.filter(({ visible_in_picker: isOffered }) => isOffered !== false);
    },
    () => {
      loading = null;
    },
  );
  return loading;
}

/** They are loaded anew at the next opening: somebody changed them here. */
export function forgetCustomEmojis(): void {
  loading = null;
}

/** The reactions with one's own added or taken away. */
export function withOwn(reactions: readonly EmojiReaction[], { name, url }: Choice, isOn: boolean): EmojiReaction[] {
  const present = reactions.some((one) => one.name === name);
  const all = present ? reactions : [...reactions, { name, url, static_url: url, count: 0, me: false }];
  return all
    .map((one) =>
      one.name === name && one.me !== isOn ? { ...one, me: isOn, count: one.count + (isOn ? 1 : -1) } : one,
    )
    .filter(({ count }) => count > 0);
}

const running = new Set<string>();

/** Reacts with an emoji, or takes that back. The page changes at once; when the server refuses, it changes back and says so. */
export async function toggleReaction(status: Status, choice: Choice): Promise<void> {
  if (!requireSignIn()) return;
  const key = `${status.id} ${choice.name}`;
  if (running.has(key)) return;
  running.add(key);
  const before = findPost(status.id)?.peek()?.emoji_reactions ?? status.emoji_reactions ?? [];
  const isOn = !before.some(({ name, me }) => me && name === choice.name);
  changePost(status.id, (one) => ({ emoji_reactions: withOwn(one.emoji_reactions ?? [], choice, isOn) }));
  try {
    const path = `/api/v1/pleroma/statuses/${status.id}/reactions/${encodeURIComponent(choice.name)}`;
    const answer = await request<Status>(isOn ? 'PUT' : 'DELETE', path);
    keepPost(answer.reblog ?? answer);
  } catch (cause) {
    changePost(status.id, (one) => ({ emoji_reactions: withOwn(one.emoji_reactions ?? [], choice, !isOn) }));
    tellFailure(cause);
  } finally {
    running.delete(key);
  }
}
