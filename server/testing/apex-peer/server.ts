// A server made of activitypub-express as its documentation shows it, as a process of its own: `node server.ts PORT`. Whoever
// follows somebody here is accepted; what they do here is told by the outbox, as the protocol has it for clients.
import { createRequire } from 'node:module';
import { MemoryStore } from './store.ts';

// Neither the library nor the framework that it stands on has types here; both are used as their documentation shows.
/* oxlint-disable typescript/no-explicit-any */
const require = createRequire(import.meta.resolve('activitypub-express'));
const express: any = require('express');
const createApex: any = require('activitypub-express');

const port = Number(process.argv[2]);
const origin = `http://localhost:${port}`;
const routes = {
  actor: '/u/:actor',
  object: '/o/:id',
  activity: '/s/:id',
  inbox: '/u/:actor/inbox',
  outbox: '/u/:actor/outbox',
  followers: '/u/:actor/followers',
  following: '/u/:actor/following',
  liked: '/u/:actor/liked',
  collections: '/u/:actor/c/:id',
  blocked: '/u/:actor/blocked',
  rejections: '/u/:actor/rejections',
  rejected: '/u/:actor/rejected',
  shares: '/s/:id/shares',
  likes: '/s/:id/likes',
};
const app = express();
const store = new MemoryStore();
const apex = createApex({
  name: 'A server of the tests',
  version: '1.0.0',
  baseUrl: origin,
  actorParam: 'actor',
  objectParam: 'id',
  activityParam: 'id',
  routes,
  store,
});

// Signing in is left to whoever runs the library; on this machine a name is enough.
app.use((request: any, _response: unknown, next: () => void) => {
  const username = request.get('x-person');
  if (username !== undefined) request.user = { username };
  next();
});
app.use(express.json({ type: apex.consts.jsonldTypes }), express.urlencoded({ extended: true }), apex);
app.route(routes.inbox).get(apex.net.inbox.get).post(apex.net.inbox.post);
app.route(routes.outbox).get(apex.net.outbox.get).post(apex.net.outbox.post);
for (const name of ['actor', 'followers', 'following', 'liked', 'object', 'shares', 'likes'] as const)
  app.get(routes[name], apex.net[name].get);
app.get(routes.activity, apex.net.activityStream.get);
app.get('/.well-known/webfinger', apex.net.webfinger.get);
app.get('/.well-known/nodeinfo', apex.net.nodeInfoLocation.get);
app.get('/nodeinfo/:version', apex.net.nodeInfo.get);
app.on('apex-inbox', async ({ actor, activity, recipient, object }: any) => {
  if (activity.type !== 'Follow' || object.id !== recipient.id) return;
  const accept = await apex.buildActivity('Accept', recipient.id, actor.id, { object: activity.id });
  const { postTask } = await apex.acceptFollow(recipient, activity);
  await apex.addToOutbox(recipient, accept);
  await postTask();
});

for (const name of process.argv.slice(3)) {
  const actor = await apex.createActor(name, name.toUpperCase(), 'Lives on a server made with a library');
  await store.saveObject(actor);
}
app.listen(port, '127.0.0.1', () => process.send?.('ready'));
// A test that is killed closes this channel, and nothing of it stays behind.
process.on('disconnect', () => process.exit(0));
