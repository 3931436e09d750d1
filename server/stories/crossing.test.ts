// The story that Rookery exists for, as a person lives it: sign up in a browser, write a post with a mention and a hashtag;
// another server receives it, follows the author and answers; the answer appears in the open page.
import { expect, test } from 'vitest';
import { ensureOwnerInvitation } from '#server/features/auth/service/invite-owner.ts';
import { openPeer, type Peer } from '#server/testing/peer.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { article, describeInBrowser, signUpInBrowser, writePost } from './acts.ts';

describeInBrowser('in a browser', (browser) => {
  test(
    'a post crosses to a server that nobody here wrote, and the answer appears in the open page',
    { timeout: 120_000 },
    async () => {
      const server: TestServer = await openTestServer();
      const peer: Peer = await openPeer();
      try {
        const { page, faults } = await browser.open(server.origin);
        const link = new URL((await ensureOwnerInvitation(server.ctx)) ?? '');
        await signUpInBrowser(page, 'alice', `${link.pathname}${link.search}`);
        await writePost(page, `@${peer.handle('wren')} do you see the #swallows?`);
        await article(page, 'do you see the').waitFor();
        const account = (await (await fetch(new URL('/api/v1/accounts/lookup?acct=alice', server.origin))).json()) as {
          id: string;
          followers_count: number;
        };
        await until(async () => (await peer.following('wren')).some((id) => id.includes(account.id)), 60_000);
        const answer = article(page, '@alice');
        await answer.waitFor({ timeout: 60_000 });
        expect(await answer.textContent()).toContain('wren');
        await page
          .getByRole('link', { name: /Notifications/ })
          .first()
          .click();
        await page.getByRole('article').filter({ hasText: 'wren' }).first().waitFor();
        expect(faults).toEqual([]);
      } finally {
        await peer.stop();
        await server.close();
      }
    },
  );

  test(
    'two Rookeries: follow, answer, like, boost, edit and delete, each seen in the other open page',
    { timeout: 120_000 },
    async () => {
      const [here, there] = await Promise.all([openTestServer(), openTestServer()]);
      try {
        const alice = await browser.open(here.origin);
        const bob = await browser.open(there.origin);
        await signUpInBrowser(alice.page, 'alice');
        await signUpInBrowser(bob.page, 'bob');
        await bob.page.goto(`/@alice@${new URL(here.origin).host}`);
        await bob.page
          .getByRole('button', { name: /^Follow/ })
          .first()
          .click();
        await bob.page
          .getByRole('button', { name: /^Following/ })
          .first()
          .waitFor();
        await there.settle();
        await here.settle();
        await there.settle();
        await bob.page.goto('/');
        await bob.page.getByRole('feed').or(bob.page.getByRole('main')).first().waitFor();
        await writePost(alice.page, 'Hello #fediverse from the other side');
        await article(bob.page, 'from the other side').waitFor();
        await article(bob.page, 'from the other side').getByRole('button', { name: /^Like/ }).click();
        await article(bob.page, 'from the other side')
          .getByRole('button', { name: /^Reply/ })
          .click();
        const dialog = bob.page.getByRole('dialog');
        await dialog.getByRole('textbox').first().pressSequentially('an answer from bob');
        await dialog.getByRole('button', { name: 'Reply', exact: true }).click();
        await alice.page
          .getByRole('link', { name: /Notifications/ })
          .first()
          .click();
        await alice.page.getByText('an answer from bob').first().waitFor();
        await alice.page
          .getByText(/liked your post/)
          .first()
          .waitFor();
        await article(alice.page, 'an answer from bob')
          .getByRole('button', { name: /^Boost/ })
          .click();
        await bob.page
          .getByRole('link', { name: /Notifications/ })
          .first()
          .click();
        await bob.page
          .getByText(/boosted your post/)
          .first()
          .waitFor();
        await alice.page.goto('/@alice');
        await article(alice.page, 'from the other side').getByRole('button', { name: 'More', exact: true }).click();
        await alice.page.getByRole('menuitem', { name: 'Edit' }).click();
        await alice.page.getByRole('dialog').getByRole('textbox').first().fill('Hello again from the other side');
        await alice.page.getByRole('button', { name: 'Save changes' }).click();
        await bob.page.getByRole('link', { name: /^Home/ }).first().click();
        await article(bob.page, 'Hello again').waitFor();
        await article(alice.page, 'Hello again').getByRole('button', { name: 'More', exact: true }).click();
        await alice.page.getByRole('menuitem', { name: 'Delete', exact: true }).click();
        await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await article(bob.page, 'Hello again').waitFor({ state: 'detached' });
        expect([...alice.faults, ...bob.faults]).toEqual([]);
      } finally {
        await Promise.all([here.close(), there.close()]);
      }
    },
  );
});
