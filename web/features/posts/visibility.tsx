// The four audiences of a post: their icons, and their names in words.
import { AtSign, Globe, Lock, Moon } from 'lucide-preact';
import { t } from '#web/lib/i18n.ts';
import type { Visibility } from '#web/lib/wire/audience.ts';

export const VISIBILITIES: readonly Visibility[] = ['public', 'unlisted', 'private', 'direct'];

const ICONS = { public: Globe, unlisted: Moon, private: Lock, direct: AtSign };

/** The name of an audience. */
export const visibilityName = (visibility: Visibility): string => t(`visibility.${visibility}`);
/** Who is meant by it. */
export const visibilityHint = (visibility: Visibility): string => t(`visibility.${visibility}Hint`);

/** The sign of an audience; its name must stand beside it. */
export function VisibilityIcon({ visibility, size = 15 }: { visibility: Visibility; size?: number }) {
  const Icon = ICONS[visibility];
  return <Icon size={size} aria-hidden />;
}

/** The narrower of two audiences: a reply never reaches further than what it answers. */
export function narrower(one: Visibility, other: Visibility): Visibility {
  return VISIBILITIES.indexOf(one) > VISIBILITIES.indexOf(other) ? one : other;
}
