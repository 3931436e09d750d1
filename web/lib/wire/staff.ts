// What the staff reads and writes, as the doors of the staff give it.

export type RegistrationMode = 'open' | 'approval' | 'closed';

export interface InstanceSettings {
  title: string;
  description: string;
  registrations: RegistrationMode;
}

export interface PendingSignUp {
  account_id: string;
  username: string;
  email: string;
  reason: string | null;
  created_at: string;
}
