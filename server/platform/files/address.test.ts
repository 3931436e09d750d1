// Addresses of files: ours by their key, others' only when we made the address ourselves.
import { expect, test } from 'vitest';
import { fileOrigins, openMediaAddresses } from './address.ts';

const config = {
  origin: 'https://rookery.example',
  mediaPublicUrl: undefined,
  s3Bucket: undefined,
  s3Region: 'us-east-1',
  s3Endpoint: undefined,
  s3PublicUrl: undefined,
};
const media = openMediaAddresses(config, { secretKey: 'k'.repeat(32) });
const parts = (address: string): [string, string, string] => {
  const [variant = '', signature = '', url = ''] = address.split('/').slice(-3);
  return [variant, signature, url];
};

test('ours are found below the place of all files', () => {
  expect(media.file('a/b.webp')).toBe('https://rookery.example/media/a/b.webp');
  const cdn = openMediaAddresses(
    { ...config, s3Bucket: 'b', s3PublicUrl: 'https://cdn.example' },
    { secretKey: 'k'.repeat(32) },
  );
  expect(cdn.file('a/b.webp')).toBe('https://cdn.example/a/b.webp');
});

test('on the disk they may have another name, and those of other servers with them', () => {
  const named = { ...config, mediaPublicUrl: 'https://media.example/up' };
  const addresses = openMediaAddresses(named, { secretKey: 'k'.repeat(32) });
  expect(addresses.file('a/b.webp')).toBe('https://media.example/up/a/b.webp');
  const remote = addresses.remote('https://far.example/a.png', 'full');
  expect(remote).toMatch('https://media.example/up/remote/full/');
  expect(addresses.readRemote(...parts(remote))?.url).toBe('https://far.example/a.png');
  expect(fileOrigins(named)).toEqual(['https://media.example']);
  expect(fileOrigins(config)).toEqual(['https://rookery.example']);
  expect(fileOrigins({ ...config, s3Bucket: 'b', s3PublicUrl: 'https://cdn.example/x' })).toEqual([
    'https://cdn.example',
    'https://rookery.example',
  ]);
});

test("others' are read back as they were made, and in no other form", () => {
  const url = 'https://far.example/pictures/ä.png?size=1&x=%2F';
  const [variant, signature, encoded] = parts(media.remote(url, 'avatar'));
  expect(media.readRemote(variant, signature, encoded)).toEqual({ url, variant: 'avatar' });
  const other = Buffer.from('https://evil.example/').toString('base64url');
  expect(media.readRemote(variant, signature, other)).toBeNull();
  expect(media.readRemote('full', signature, encoded)).toBeNull();
  expect(media.readRemote('nothing', signature, encoded)).toBeNull();
  expect(media.readRemote(variant, signature.slice(1), encoded)).toBeNull();
  expect(media.readRemote(variant, '', encoded)).toBeNull();
});

test('a server with another secret does not take them', () => {
  const address = openMediaAddresses(config, { secretKey: 'o'.repeat(32) }).remote('https://far.example/a.png', 'full');
  expect(media.readRemote(...parts(address))).toBeNull();
});
