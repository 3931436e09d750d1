// Where people fetch pictures, films and sounds: for serializers, which open nothing.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Config, Secrets } from '#config/load.ts';

/** The settings that decide about it. */
type FileAddressConfig = Pick<
  Config,
  'origin' | 'mediaPublicUrl' | 's3Bucket' | 's3Region' | 's3Endpoint' | 's3PublicUrl'
>;

/**
 * What is made of a file of another server before it is handed on: pictures are written anew, at most as large as the name
 * says, a `still` one without its movement; `file` (films and sounds) is handed on as it is.
 */
export const remoteVariants = [
  'avatar',
  'avatar-still',
  'header',
  'header-still',
  'emoji',
  'emoji-still',
  'preview',
  'full',
  'file',
] as const;
export type RemoteVariant = (typeof remoteVariants)[number];

/** Addresses of files; they open nothing and ask nobody. */
export interface MediaAddresses {
  /** Of one of ours, by its key in the files port. */
  file(key: string): string;
  /** Of one of another server, through this one: nobody who reads here is seen there. */
  remote(url: string, variant: RemoteVariant): string;
  /** What `remote` was made from; null when we did not make it. */
  readRemote(variant: string, signature: string, encodedUrl: string): { url: string; variant: RemoteVariant } | null;
}

/** The address below which this server itself answers for files, without a slash at the end. */
function servedBase({ origin, mediaPublicUrl }: Pick<Config, 'origin' | 'mediaPublicUrl'>): string {
  return mediaPublicUrl ?? `${origin}/media`;
}

/** The origins that browsers fetch files from, ours and those of other servers: what a page must be allowed to load. */
export function fileOrigins(config: FileAddressConfig): string[] {
  return [...new Set([filesBase(config), servedBase(config)].map((address) => new URL(address).origin))];
}

/** The address below which every key is found, without a slash at the end: our own `/media`, another name for it, the CDN, or the bucket itself. */
export function filesBase(config: FileAddressConfig): string {
  const { s3Bucket, s3Region, s3Endpoint, s3PublicUrl } = config;
  if (s3Bucket === undefined) return servedBase(config);
  return (
    s3PublicUrl ??
    (s3Endpoint === undefined ? `https://${s3Bucket}.s3.${s3Region}.amazonaws.com` : `${s3Endpoint}/${s3Bucket}`)
  );
}

/** Addresses of other servers' files carry a signature of ours, so that we fetch only what we named ourselves. */
export function openMediaAddresses(
  config: FileAddressConfig,
  { secretKey }: Pick<Secrets, 'secretKey'>,
): MediaAddresses {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'remote media addresses', 32));
  const base = filesBase(config);
  const remoteBase = servedBase(config);
  const sign = (variant: string, url: string): Buffer =>
    createHmac('sha256', key).update(`${variant} ${url}`).digest().subarray(0, 16);
  return {
    file: (fileKey) => `${base}/${fileKey}`,
    remote(url, variant) {
      const signature = sign(variant, url).toString('base64url');
      return `${remoteBase}/remote/${variant}/${signature}/${Buffer.from(url).toString('base64url')}`;
    },
    readRemote(word, signature, encodedUrl) {
      const variant = remoteVariants.find((one) => one === word);
      const url = Buffer.from(encodedUrl, 'base64url').toString();
      const given = Buffer.from(signature, 'base64url');
      if (variant === undefined || given.length !== 16 || !timingSafeEqual(given, sign(variant, url))) return null;
      return { url, variant };
    },
  };
}
