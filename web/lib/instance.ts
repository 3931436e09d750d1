// What the server says about itself; the last known answer until the fresh one is here.
import { get } from './api.ts';
import { remembered } from './remember.ts';
import type { Instance } from './wire/instance.ts';

export const instance = remembered<Instance>('instance');

/** @throws {ApiError} */
export async function loadInstance(): Promise<void> {
  instance.value = await get<Instance>('/api/v2/instance');
}

/** The server's name, ours until it has told. */
export const instanceTitle = (): string => instance.value?.title || 'Rookery';

/** A handle in full, with the domain also for people of this server: `@ada@birds.example`. */
export function fullHandle(acct: string): string {
  return acct.includes('@') ? `@${acct}` : `@${acct}@${instance.value?.domain ?? location.host}`;
}
