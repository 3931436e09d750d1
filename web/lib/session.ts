// Who is signed in: the token, the account behind it, and the ways in and out.
import { computed } from '@preact/signals';
import { get, onTokenRefused, post, token } from './api.ts';
import { remembered } from './remember.ts';
import { onStoredChange, readStored, store } from './storage.ts';
import type { CredentialAccount } from './wire/accounts.ts';

const STORED = 'token';

/** The signed-in account as last known; null for a visitor. */
export const me = remembered<CredentialAccount>('me');
export const isSignedIn = computed(() => token.value !== null);
/** A mask of bits: what Mastodon calls to administer everything, and to manage the settings. */
const ADMINISTERS = 0x1 | 0x40;
const permissions = computed(() => Number(me.value?.role?.permissions ?? 0));
/** Whether the person is of the staff: a moderator, an admin or the owner. */
export const isStaff = computed(() => permissions.value !== 0);
/** Whether the person may change how this server runs; moderators may not. */
export const mayAdminister = computed(() => (permissions.value & ADMINISTERS) !== 0);

function forget(): void {
  token.value = null;
  me.value = null;
  store(STORED, null);
}

/** Reads the kept token, and follows what other tabs do with it. Call once, before the first render. */
export function openSession(): void {
  token.value = readStored(STORED);
  if (!token.value) me.value = null;
  onTokenRefused(() => {
    forget();
    if (location.pathname === '/sign-in') return;
    // A whole new page: nothing of the person who was here stays in memory. Drafts are kept.
    location.assign(`/sign-in?ended=1&return_to=${encodeURIComponent(location.pathname + location.search)}`);
  });
  // Another person's pages must not stay on the screen, so the other tabs start afresh.
  onStoredChange(STORED, () => location.reload());
}

/** Fetches the signed-in account anew. @throws {ApiError} */
export async function refreshMe(): Promise<void> {
  if (token.value) me.value = await get<CredentialAccount>('/api/v1/accounts/verify_credentials');
}

/** Takes a fresh token into use and loads its account. @throws {ApiError} */
export async function useToken(accessToken: string): Promise<void> {
  token.value = accessToken;
  await refreshMe();
  store(STORED, accessToken);
}

/** The password was right, and now one of these is wanted. */
export interface SecondFactor {
  token: string;
  methods: Array<'totp' | 'passkey' | 'recovery'>;
}

/**
 * Signs in, or says what else is wanted.
 * @throws {ApiError} 401 for a wrong password, 403 for an account that may not sign in yet.
 */
export async function signIn(login: string, password: string): Promise<SecondFactor | null> {
  const answer = await post<{ access_token: string } | { second_factor: SecondFactor }>('/api/auth/sign-in', {
    login,
    password,
  });
  if ('second_factor' in answer) return answer.second_factor;
  await useToken(answer.access_token);
  return null;
}

/** Signs in at a door that answers a token: the second step, or a passkey alone. @throws {ApiError} */
export async function finishSignIn(path: string, body: unknown): Promise<void> {
  await useToken((await post<{ access_token: string }>(path, body)).access_token);
}

/** Leaves this browser; with `everywhere` all others too. The page forgets the token even when the server is away. */
export async function signOut(everywhere = false): Promise<void> {
  try {
    await post(everywhere ? '/api/auth/sign-out-everywhere' : '/api/auth/sign-out');
  } finally {
    forget();
  }
}
