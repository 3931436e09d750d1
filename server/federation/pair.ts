// Where the stories of two Rookeries play: alice on one, bob on the other, each following the other. Their clock can be moved.
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import type { TestOptions } from '#server/testing/context.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

export interface Pair {
  here: TestServer;
  there: TestServer;
  alice: Person;
  bob: Person;
  /** Alice as bob's server knows her, and the other way round. */
  aliceThere: string;
  bobHere: string;
  /** `alice@host`, as people of the other server write it. */
  aliceHandle: string;
  bobHandle: string;
  /** Waits until both have nothing left to do. */
  settle(): Promise<void>;
  /** Moves both clocks on. */
  wait(ms: number): Promise<void>;
  /** The copy that a person's server has of a post. */
  copyOf(person: Person, uri: string): Promise<Answer['body']>;
  close(): Promise<void>;
}

/** Opens two servers whose people follow each other. */
export async function openPair(options: TestOptions = {}): Promise<Pair> {
  let moved = 0;
  const clock = (): Date => new Date(Date.now() + moved);
  const [here, there] = await Promise.all([
    openTestServer({ ...options, clock }),
    openTestServer({ ...options, clock }),
  ]);
  const [alice, bob] = await Promise.all([signUp(here, 'alice'), signUp(there, 'bob')]);
  const [aliceHandle, bobHandle] = [`alice@${new URL(here.origin).host}`, `bob@${new URL(there.origin).host}`];
  const settle = async (): Promise<void> => {
    // A message and its answer, and what follows from the answer.
    for (let round = 0; round < 3; round += 1) {
      await here.settle();
      await there.settle();
    }
  };
  const find = async (person: Person, handle: string): Promise<string> => {
    const { body } = await person.api('GET', `/api/v1/accounts/search?q=${encodeURIComponent(handle)}&resolve=true`);
    return body[0].id;
  };
  const bobHere = await find(alice, bobHandle);
  const aliceThere = await find(bob, aliceHandle);
  await alice.api('POST', `/api/v1/accounts/${bobHere}/follow`);
  await bob.api('POST', `/api/v1/accounts/${aliceThere}/follow`);
  await settle();
  return {
    here,
    there,
    alice,
    bob,
    aliceThere,
    bobHere,
    aliceHandle,
    bobHandle,
    settle,
    async wait(ms) {
      moved += ms;
      await settle();
    },
    async copyOf(person, uri) {
      const { body } = await person.api('GET', '/api/v1/timelines/home');
      return body.find((status: Answer['body']) => status.uri === uri || status.reblog?.uri === uri);
    },
    async close() {
      await Promise.all([here.close(), there.close()]);
    },
  };
}
