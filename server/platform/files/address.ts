// Where people fetch uploads, from the settings alone: for serializers, which open nothing.
import type { Config } from '#config/load.ts';

/** The settings that decide about it. */
export type FileAddressConfig = Pick<Config, 'origin' | 's3Bucket' | 's3Region' | 's3Endpoint' | 's3PublicUrl'>;

/** The address below which every key is found, without a slash at the end: our own `/media`, the CDN, or the bucket itself. */
export function filesBase(config: FileAddressConfig): string {
  const { origin, s3Bucket, s3Region, s3Endpoint, s3PublicUrl } = config;
  if (s3Bucket === undefined) return `${origin}/media`;
  return (
    s3PublicUrl ??
    (s3Endpoint === undefined ? `https://${s3Bucket}.s3.${s3Region}.amazonaws.com` : `${s3Endpoint}/${s3Bucket}`)
  );
}
