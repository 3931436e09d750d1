// How the text of a setting becomes its value. Each parser throws an Error whose message completes "NAME …",
// and never repeats the text itself, because it may be a secret.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ipaddr from 'ipaddr.js';

/** The folder of this software: relative paths in settings start here. */
export const softwareFolder = fileURLToPath(new URL('..', import.meta.url));

const roleNames = ['web', 'worker', 'streaming'] as const;
/** What one process may do. */
export type Role = (typeof roleNames)[number];

export function boolean(value: string): boolean {
  const word = value.toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  if (['false', 'no', 'off', '0'].includes(word)) return false;
  throw new Error('must be true or false');
}

export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new Error(`must be a whole number from ${least} to ${most}`);
  };
}

export function text(shape: RegExp, otherwise: string): (value: string) => string {
  return (value) => {
    if (shape.test(value)) return value;
    throw new Error(otherwise);
  };
}

export function oneOf<const Word extends string>(words: readonly Word[]): (value: string) => Word {
  return (value) => {
    const found = words.find((word) => word === value.toLowerCase());
    if (found !== undefined) return found;
    throw new Error(`must be one of ${words.join(', ')}`);
  };
}

/** An absolute path; a relative one starts at the folder of this software. */
export function path(value: string): string {
  return resolve(softwareFolder, value);
}

/** An address with one of these schemes (as URL spells them: 'redis:') and a host; returned as it was written. */
export function url(schemes: readonly string[]): (value: string) => string {
  return (value) => {
    const address = URL.canParse(value) ? new URL(value) : null;
    if (address !== null && schemes.includes(address.protocol) && address.hostname !== '') return value;
    throw new Error(`must be an address that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
  };
}

/** A web address without user, query and fragment; no slash at the end. */
export function webAddress(value: string): string {
  const address = new URL(url(['http:', 'https:'])(value));
  if (address.username !== '' || address.password !== '') throw new Error('must not hold a user name or password');
  if (address.search !== '' || address.hash !== '') throw new Error('must not have a ? or # part');
  return (address.origin + address.pathname).replace(/\/+$/, '');
}

/** A web address that is nothing but scheme, host and port. */
export function origin(value: string): string {
  const address = new URL(webAddress(value));
  if (address.pathname !== '/') throw new Error('must have no path: only scheme, host and port');
  return address.origin;
}

/** `host` or `host:port`, in lower case, as it stands in handles and WebFinger. */
export function handleDomain(value: string): string {
  const written = value.toLowerCase();
  const address = URL.canParse(`http://${written}`) ? new URL(`http://${written}`) : null;
  const isBare = address !== null && !/[/?#@\s]/.test(written) && address.hostname !== '';
  if (isBare) return address.host;
  throw new Error('must be a domain such as example.org, without https:// and without a path');
}

export function mailbox(value: string): string {
  if (/^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(value)) return value;
  throw new Error('must be an e-mail address, or Name <address>');
}

/** Addresses, networks and the words that Fastify knows for some, separated by commas. */
export function networks(value: string): string[] {
  const entries = words(value);
  const wrong = entries.filter((entry) => !isNetwork(entry));
  if (wrong.length === 0) return entries;
  throw new Error(
    `has ${wrong.join(', ')}, which is no address and no network: write 10.0.0.0/8, 192.0.2.7, loopback, linklocal or uniquelocal`,
  );
}

/** Names of servers, with a port where they have one, separated by commas. */
export function hosts(value: string): string[] {
  return words(value).map(handleDomain);
}

export function roles(value: string): Role[] {
  const named = words(value);
  const wrong = named.filter((word) => word !== 'all' && !roleNames.some((role) => role === word));
  if (wrong.length > 0) throw new Error(`has ${wrong.join(', ')}, which is none of ${roleNames.join(', ')}, all`);
  if (named.length === 0) throw new Error(`names no role: write any of ${roleNames.join(', ')}, or all`);
  return roleNames.filter((role) => named.includes('all') || named.includes(role));
}

/**
 * Whether strangers on the internet could reach this host name or address (without port).
 * Reserved names, loopback, private networks and single words are not public.
 * @see https://www.rfc-editor.org/rfc/rfc6761
 */
export function isPublicHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (ipaddr.isValid(name)) return ipaddr.process(name).range() === 'unicast';
  const labels = name.split('.');
  const reserved = ['localhost', 'test', 'local', 'internal', 'example', 'invalid', 'lan'];
  return labels.length > 1 && !reserved.includes(labels[labels.length - 1] ?? '') && !name.endsWith('.home.arpa');
}

function words(value: string): string[] {
  return value
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
}

function isNetwork(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true;
  // The library also reads a bare number as an address; nobody means that.
  return /[.:]/.test(entry) && (ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry));
}
