// Where a sign-in may lead, and which paths the router keeps.
import { describe, expect, test } from 'vitest';
import { APP_PATHS, safeReturnPath } from './navigation.ts';

const origin = 'https://birds.example';

describe('the way back after a sign-in', () => {
  test('paths of this server are kept, with their query', () => {
    const path = '/oauth/authorize?client_id=1&redirect_uri=https%3A%2F%2Fapp.example';
    expect(safeReturnPath(path, origin)).toBe(path);
  });

  test.each([
    '//evil.example/',
    '/\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/\t/evil.example',
    '',
    undefined,
  ])('%j leads nowhere', (path) => {
    expect(safeReturnPath(path, origin)).toBeNull();
  });
});

describe('the paths of the app', () => {
  test.each(['/', '/@ada', '/@ada/12', '/tags/apiary', '/apiary', '/sign-in'])('%s is the app’s', (path) => {
    expect(APP_PATHS.test(path)).toBe(true);
  });
  test.each(['/api/docs', '/oauth/authorize?x=1', '/media/1.png', '/ap/users/1', '/.well-known/nodeinfo', '/api'])(
    '%s is the server’s',
    (path) => {
      expect(APP_PATHS.test(path)).toBe(false);
    },
  );
});
