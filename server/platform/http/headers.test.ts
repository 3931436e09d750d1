// What our pages may load: nothing from other servers, and what people upload from where it lies.
import { expect, test } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { pagePolicy } from './headers.ts';

const config = {
  ...loadConfig({ env: { SECRET_KEY: 'k'.repeat(32) }, file: null }).config,
  origin: 'https://rookery.example',
};
const part = (policy: string, name: string): string | undefined =>
  policy.split('; ').find((one) => one.startsWith(`${name} `));

test('a page loads from its own server alone', () => {
  const policy = pagePolicy({ config });
  expect(part(policy, 'default-src')).toBe("default-src 'none'");
  expect(part(policy, 'img-src')).toBe("img-src 'self' data: blob:");
  expect(part(policy, 'media-src')).toBe("media-src 'self' blob:");
  expect(part(policy, 'connect-src')).toBe("connect-src 'self' wss://rookery.example");
  expect(policy).not.toMatch(/https?:(\s|;|$)/);
});

test('files at a name of their own may be shown and played, and run nowhere', () => {
  const media = 'https://media.rookery.example';
  for (const places of [
    { mediaPublicUrl: `${media}/files` },
    { s3Bucket: 'b', s3PublicUrl: media },
    { s3Bucket: 'b', s3Endpoint: media },
  ]) {
    const policy = pagePolicy({ config: { ...config, ...places } });
    for (const name of ['img-src', 'media-src', 'connect-src'])
      expect(part(policy, name)).toMatch(new RegExp(` ${media}$`));
    for (const name of ['script-src', 'style-src', 'worker-src']) expect(part(policy, name)).toBe(`${name} 'self'`);
  }
});
