// Signing in and what guards a login, as our own doors give it.

export type SignUpState = 'active' | 'unconfirmed' | 'pending';

export interface Session {
  id: string;
  created_at: string;
  last_used_at: string | null;
  ip: string | null;
  user_agent: string | null;
  current: boolean;
}

export interface AuthorizedApp {
  id: string;
  name: string;
  website: string | null;
  scopes: string[];
  /** What it may do, in words. */
  may: string[];
  created_at: string;
  last_used_at: string | null;
}

export interface Passkey {
  id: string;
  name: string;
  synced: boolean;
  created_at: string;
  last_used_at: string | null;
}

/** What guards the login. */
export interface Security {
  second_factor: boolean;
  totp_since: string | null;
  passkeys: Passkey[];
  recovery_codes_left: number;
  fresh_until: string | null;
}

/** The address of one's login; `waiting` is the one that a link went to. */
export interface EmailState {
  email: string;
  confirmed: boolean;
  waiting: { email: string; expires_at: string } | null;
}
