// Reactions in the web app: given by mouse and keyboard, with custom emoji, told to the author, free of accessibility faults.
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { article, describeInBrowser, expectNoFaults, signUpInBrowser, writePost } from './acts.ts';

describeInBrowser('reactions in a browser', (browser) => {
  test.each([
    { width: 360, dark: false },
    { width: 1440, dark: true },
  ])('people react to each other, at $width px (dark: $dark)', { timeout: 120_000 }, async ({ width, dark }) => {
    const server = await openTestServer();
    try {
      const [admin, bob] = await Promise.all([signUp(server, 'root', { role: 'admin' }), signUp(server, 'bob')]);
      const form = new FormData();
      form.set('shortcode', 'red_rook');
      const picture = sharp({ create: { width: 64, height: 64, channels: 4, background: '#c33' } });
      form.set('image', new Blob([new Uint8Array(await picture.png().toBuffer())]), 'rook.png');
      await admin.api('POST', '/api/admin/emojis', form);
      const { body: theirs } = await bob.api('POST', '/api/v1/statuses', { status: 'A nest :red_rook:' });
      const { page, faults } = await browser.open(server.origin, { width, height: 800, dark });
      await signUpInBrowser(page, 'alice');
      await page.goto('/local');
      const post = article(page, 'A nest');
      await post.getByRole('img', { name: ':red_rook:' }).waitFor();

      await post.getByRole('button', { name: 'React with an emoji' }).click();
      await page.getByText('Of this server').waitFor();
      await expectNoFaults(page);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      const heart = post.getByRole('button', { name: 'React with ❤️, 1 reaction' });
      await heart.waitFor();
      expect(await heart.getAttribute('aria-pressed')).toBe('true');
      await post.getByRole('button', { name: 'React with an emoji' }).click();
      await page.getByRole('dialog').getByRole('button', { name: ':red_rook:' }).click();
      await post.getByRole('button', { name: 'React with :red_rook:, 1 reaction' }).waitFor();
      await bob.api('PUT', `/api/posts/${theirs.id}/reactions/red_rook`);
      await post.getByRole('button', { name: 'React with :red_rook:, 2 reactions' }).waitFor();
      await expectNoFaults(page);
      await heart.click();
      await heart.waitFor({ state: 'detached' });
      const names = async (): Promise<string[]> =>
        (await bob.api('GET', `/api/v1/statuses/${theirs.id}`)).body.emoji_reactions.map(
          ({ name }: { name: string }) => name,
        );
      await until(async () => (await names()).join(' ') === 'red_rook');

      await page.goto(`/@bob/${theirs.id}`);
      await page.getByRole('button', { name: 'React with :red_rook:, 2 reactions' }).waitFor();
      await expectNoFaults(page);

      await page.goto('/');
      // The author hears of it, with the emoji.
      await writePost(page, 'My own nest');
      await article(page, 'My own nest').waitFor();
      const { body: latest } = await bob.api('GET', '/api/v1/timelines/public?limit=1');
      await bob.api('PUT', `/api/posts/${latest[0].id}/reactions/red_rook`);
      await page.goto('/notifications');
      const news = page.getByRole('article').filter({ hasText: 'reacted to your post with' });
      await news.getByRole('img', { name: ':red_rook:' }).waitFor();
      await expectNoFaults(page);
      expect(faults).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
