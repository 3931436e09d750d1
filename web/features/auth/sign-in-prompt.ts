// Asks a visitor to sign in when they reach for something that needs an account.
import { signal } from '@preact/signals';
import { isSignedIn } from '#web/lib/session.ts';

/** Whether the question is on the screen. */
export const isPromptOpen = signal(false);

/** True for a person who is signed in; a visitor is asked to, and gets false. */
export function requireSignIn(): boolean {
  if (isSignedIn.peek()) return true;
  isPromptOpen.value = true;
  return false;
}
