// The pages of the staff besides the settings of the server: which there are, and for whom.
import { mayAdminister } from '#web/lib/session.ts';
import { Radio, Send, ServerOff, SmilePlus } from 'lucide-preact';

export const PAGES = [
  { name: 'blocks', icon: ServerOff, isForModerators: true },
  { name: 'emojis', icon: SmilePlus, isForModerators: false },
  { name: 'relays', icon: Radio, isForModerators: false },
  { name: 'hosts', icon: Send, isForModerators: false },
] as const;

/** Those that the signed-in person may open; each stands at `/settings/server/<name>`. */
export const staffPages = () => PAGES.filter(({ isForModerators }) => isForModerators || mayAdminister.value);
