// Each paragraph and each row of FEDERATION.md is kept by tests: this table says by which. Whoever adds one adds its line here.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const near = 'server/federation/';
const posts = 'server/features/posts/activitypub/';
const fediverse = 'server/platform/fediverse/';

/** The heading, how a paragraph or row below it begins, and the tests that keep it: a file and words of a title in it. */
type Kept = [begins: string, ...tests: Array<[file: string, title: string]>];

const kept: Record<string, Kept[]> = {
  Federation: [['What Rookery sends', [`${near}golden.test.ts`, 'what is sent']]],
  Protocols: [
    [
      'ActivityPub (server to server)',
      [`${near}found.test.ts`, 'by programs that read host-meta'],
      [`${near}found.test.ts`, 'names NodeInfo 2.1'],
    ],
  ],
  FEPs: [
    [
      'FEP-67ff',
      [`${near}backfill.test.ts`, 'a collection is read page by page'],
      [`${near}documents.test.ts`, 'one for proofs'],
      [`${near}groups.test.ts`, 'what a group passes on'],
      [`${near}synchronization.test.ts`, 'counts as Mastodon does'],
    ],
  ],
  Addresses: [
    ['agreements to answers', [`${near}interactions.test.ts`, 'answers who asks to answer it']],
    ['actor', [`${near}golden.test.ts`, 'is an actor']],
    ['inbox, outbox', [`${near}documents.test.ts`, 'count and page']],
    ['shared inbox', [`${near}inbox-door.test.ts`, 'a signature for one inbox is none for another']],
    ['the followers of one server', [`${near}synchronization.test.ts`, 'is explained to the server that it is about']],
    ['posts', [`${near}golden.test.ts`, 'is a note with all that it can have']],
    ['custom emoji', ['server/features/emojis/emojis.test.ts', 'each with an address that answers']],
    ['agreements to be quoted', [`${near}golden.test.ts`, 'the answer to one, and the agreement']],
    ['the server’s own actor', [`${near}documents.test.ts`, 'of the server signs for the server, for anybody']],
    [
      'A browser that asks',
      [`${near}documents.test.ts`, 'is a page for a browser'],
      ['server/features/discovery/discovery.test.ts', 'a server that asks for the object is sent to it'],
      ['server/features/discovery/discovery.test.ts', 'is told where to send a person'],
    ],
  ],
  Signatures: [
    [
      'We send RSA-2048',
      [`${near}courier.test.ts`, 'tries the other signature after a 401'],
      [`${near}quote-documents.test.ts`, 'a wish to quote'],
      [`${fediverse}signatures/sign.test.ts`, 'signing'],
    ],
    [
      'We take both forms',
      [`${near}inbox-door.test.ts`, 'nobody who does not sign'],
      [`${fediverse}signatures/interop.test.ts`, 'what other software sends is accepted'],
      [`${fediverse}signatures/refusals.test.ts`, 'what proves too little is refused'],
      [`${near}inbox-door.test.ts`, 'an old key is worth nothing a day after'],
    ],
  ],
  'Inbox answers': [
    ['202', [`${near}inbox-door.test.ts`, 'has one effect']],
    ['400', [`${fediverse}strict-json.test.ts`, 'the limits'], [`${near}inbox-door.test.ts`, 'what the gate refuses']],
    ['401', [`${near}inbox-door.test.ts`, 'nobody who does not sign']],
    ['403', [`${near}domain-blocks.test.ts`, 'is refused before anything is fetched']],
    [
      '413, 415, 421',
      [`${fediverse}precheck.test.ts`, 'refusals come in this order'],
      [`${near}inbox-door.test.ts`, 'a request for another host'],
    ],
    ['503', [`${near}inbox-door.test.ts`, 'unknown keys are fetched at most twenty times a minute']],
    ['429', [`${near}carried.test.ts`, 'one server brings so much in a minute']],
    ['What 202 answered', [`${near}inbox-door.test.ts`, 'has one effect']],
  ],
  Activities: [
    [
      'Follow, Accept',
      [`${near}golden.test.ts`, 'is a Follow, an Accept, a Reject'],
      [`${near}inbox-owners.test.ts`, 'only whom one asked accepts'],
    ],
    [
      'Create, Update, Delete of posts',
      [`${near}fixtures.test.ts`, 'is shown with all that it sends'],
      [`${posts}note-read.test.ts`, 'is a title, a text and a link when it has words'],
    ],
    [
      'Update, Delete of actors',
      [`${near}inbox-owners.test.ts`, 'only oneself is updated as an actor'],
      [`${near}inbox-order.test.ts`, 'a deleted account takes its posts along'],
      ['server/features/graph/leave.test.ts', 'is for good after thirty days'],
    ],
    [
      'Like, Undo',
      [`${near}golden.test.ts`, 'is a Like, an Announce and their Undo'],
      [`${near}inbox-owners.test.ts`, 'only its doer undoes a like'],
    ],
    [
      'Question',
      [`${near}polls-pair.test.ts`, 'its counts are the same on both sides'],
      [`${near}inbox-polls.test.ts`, 'other options make another poll'],
    ],
    ['Vote', [`${near}golden.test.ts`, 'is a vote'], [`${near}inbox-polls.test.ts`, 'a vote counts once']],
    [
      'Add, Remove',
      [`${near}golden.test.ts`, 'is an Add and a Remove'],
      [`${near}pins-pair.test.ts`, 'what is pinned here is pinned there'],
    ],
    ['Announce, Undo', [`${near}inbox-owners.test.ts`, 'a boost shows what the origin has']],
    ['EmojiReact', [`${near}inbox-reactions.test.ts`, 'what is taken']],
    ['ReplyRequest', [`${near}interactions.test.ts`, 'a post of ours']],
    ['Dislike', [`${near}groups.test.ts`, 'changes, and is counted']],
    [
      'Block, Undo',
      [`${near}golden.test.ts`, 'is a Block and its Undo'],
      [`${near}inbox-order.test.ts`, 'a block by somebody else'],
    ],
    ['Move', [`${near}golden.test.ts`, 'and a Move'], [`${near}moves.test.ts`, 'brings followers along once']],
    [
      'QuoteRequest',
      [`${near}golden.test.ts`, 'is a QuoteRequest'],
      [`${near}inbox-quotes.test.ts`, 'is answered by the post’s policy'],
    ],
    ['Flag', [`${near}golden.test.ts`, 'is a Flag'], [`${near}flags.test.ts`, 'a server that reports without end']],
    [
      'Rules that hold for all',
      [`${near}inbox-owners.test.ts`, 'nobody creates %s'],
      [`${near}inbox-order.test.ts`, 'posts that nobody here asked for are not kept'],
    ],
    [
      'An activity without id',
      [`${near}inbox-door.test.ts`, 'counts once for each time that it is said'],
      [`${near}inbox-door.test.ts`, 'nobody brings one for somebody else'],
    ],
  ],
  'Proofs inside activities': [
    ['We send in all', [`${near}forwarding.test.ts`, 'to everybody bears proofs that hold']],
    [
      'We take Create',
      [`${near}carried.test.ts`, 'counts once, whoever brings it'],
      [`${near}carried.test.ts`, 'is believed when its origin shows it'],
      [`${near}carried.test.ts`, 'one server brings so much in a minute'],
      [`${fediverse}proofs/linked-signature.test.ts`, 'only what we know is read'],
    ],
    ['We pass on', [`${near}forwarding.test.ts`, 'is passed on as it came']],
  ],
  Relays: [
    [
      'Both kinds',
      [`${near}relays.test.ts`, 'subscribes to a LitePub-style relay'],
      [`${near}relays.test.ts`, 'a boost by a relay brings the post'],
    ],
  ],
  Reactions: [
    ['We send', [`${near}inbox-reactions.test.ts`, 'which Misskey and Akkoma read']],
    [
      'We take',
      [`${near}inbox-reactions.test.ts`, 'what is taken'],
      [`${near}inbox-reactions.test.ts`, 'that comes first wins'],
    ],
  ],
  'Interaction policies': [
    [
      'interactionPolicy with',
      [`${near}interactions.test.ts`, 'is answered when its author agrees'],
      [`${near}interactions.test.ts`, 'in older words too'],
      [`${near}waiting.test.ts`, 'is seen by its author and the one who decides alone'],
      [`${near}agreements.test.ts`, 'are allowed by an Accept without a result'],
      [`${near}refused.test.ts`, 'stays its writer’s when the agreement is taken back'],
    ],
    ['Our posts carry', [`${near}interactions.test.ts`, 'answers who asks to answer it']],
    [
      'An answer between others',
      [`${near}waiting.test.ts`, 'is shown when the author’s leave has been read where it stands'],
      [`${near}waiting.test.ts`, 'when an edit brings the leave'],
      [`${near}waiting.test.ts`, 'is free for those whom the post names, and for what is said to few'],
      [`${near}agreements.test.ts`, 'an answer is shown once a second Create brings the agreement'],
    ],
    [
      'A Like (without an emoji)',
      [`${near}agreements.test.ts`, 'a like counts when its author agrees'],
      [`${near}agreements.test.ts`, 'a boost is shown when its author agrees'],
    ],
    [
      'A Delete of an agreement',
      [`${near}agreements.test.ts`, 'a like ends with the agreement to it'],
      [`${near}agreements.test.ts`, 'an answer, a like and a boost end with the agreement to them'],
    ],
  ],
  Posts: [
    [
      'to and cc say who may read',
      [`${near}golden.test.ts`, 'is a note with all that it can have'],
      [`${near}documents.test.ts`, 'is for those whom it is for'],
      [`${near}documents.test.ts`, 'that was deleted is gone'],
      [`${near}inbox-threads.test.ts`, 'a message to one person alone is to them'],
    ],
    [
      'attachment holds',
      [`${near}documents.test.ts`, 'names what it shows'],
      [`${posts}attachments-read.test.ts`, 'the files of a post'],
      [`${near}shown-through-us.test.ts`, 'nothing is fetched before it looks'],
      [`${near}inbox-media.test.ts`, 'replaces files'],
    ],
    [
      'Limits on what we take',
      [`${posts}note-read.test.ts`, 'is cut'],
      [`${posts}attachments-read.test.ts`, 'is cut to sixteen files'],
      ['server/features/accounts/activitypub/actor-read.test.ts', 'is cut and cleaned'],
      ['server/platform/text/sanitize.test.ts', 'words that stood apart stay apart'],
    ],
  ],
  'Custom emoji': [
    [
      'tag of our posts',
      ['server/features/emojis/emojis.test.ts', 'read them as tags'],
      [`${near}inbox-emojis.test.ts`, 'one that names an id of another server'],
    ],
  ],
  Quotes: [
    ['A post says who may quote it', [`${near}quote-documents.test.ts`, 'a post that %s may quote names them']],
    [
      'We quote a post',
      [`${near}inbox-quotes.test.ts`, 'is asked for, and shown when'],
      [`${near}inbox-quotes.test.ts`, 'ends when its author takes the agreement back'],
      [`${near}quote-documents.test.ts`, 'says so in every form'],
    ],
    [
      'A QuoteRequest for a post of ours',
      [`${near}inbox-quotes.test.ts`, 'is answered by the post’s policy'],
      [`${near}quotes-pair.test.ts`, 'and a link otherwise'],
    ],
    [
      'Quotes between others',
      [`${near}inbox-quotes.test.ts`, 'waits until the agreement has been read'],
      [`${near}inbox-quotes.test.ts`, 'is not followed without end'],
    ],
  ],
  Groups: [
    [
      'People here join a group',
      [`${near}groups.test.ts`, 'what a group passes on'],
      [`${near}groups.test.ts`, 'counts when their server shows the same vote'],
      [`${near}groups.test.ts`, 'of which a group tells the id alone'],
      [`${near}groups-ours.test.ts`, 'who joins a group finds its last posts'],
      [`${near}groups.test.ts`, 'of an author who restricts boosts'],
    ],
    [
      'Our post is written',
      [`${near}groups-ours.test.ts`, 'is a post that names the group'],
      [`${near}groups-ours.test.ts`, 'is an answer that goes to the group'],
    ],
  ],
  'What we ask for ourselves': [
    [
      'When somebody signed in',
      [`${near}backfill.test.ts`, 'is found when somebody looks'],
      [`${near}backfill.test.ts`, 'is left after ten pages'],
      [`${near}backfill.test.ts`, 'brings their last posts'],
    ],
  ],
  Links: [
    [
      'A page that a post links to',
      ['server/features/links/links.test.ts', 'of a post from elsewhere is visited within a minute'],
      ['server/features/links/authors.test.ts', 'our own actors say which sites name them'],
    ],
  ],
  'Blocked servers, and who may read': [
    [
      'A server can be blocked',
      [`${near}domain-blocks.test.ts`, 'names match below a block'],
      [`${near}domain-blocks.test.ts`, 'also when another boosts it'],
      [`${near}domain-blocks.test.ts`, 'ends follows in both directions'],
      [`${near}domain-blocks.test.ts`, 'what was still owed to a blocked server'],
      [`${near}domain-blocks.test.ts`, 'a limited server is seen by followers'],
      [`${near}domain-blocks.test.ts`, 'can be refused alone'],
    ],
    [
      'Where the staff wants signatures',
      [`${near}authorized.test.ts`, 'every document asks for a signature'],
      [`${near}authorized.test.ts`, 'neither does that of a blocked server'],
      [`${near}authorized.test.ts`, 'where only listed servers count'],
    ],
  ],
  Delivery: [
    [
      'One request a shared inbox',
      [`${near}courier.test.ts`, 'one delivery for each inbox'],
      [`${near}courier.test.ts`, 'asked again after a while, and taken back'],
      [`${near}courier-hosts.test.ts`, 'is asked the more seldom the longer it has been away'],
      [`${near}courier-hosts.test.ts`, 'gets nothing until then, also not what is written in the meantime'],
      [`${fediverse}courier/outcome.test.ts`, 'the tries spread over about four days'],
    ],
  ],
  Counts: [
    [
      'Posts carry likes',
      [`${near}counts.test.ts`, 'a post comes with the counts of its origin'],
      [`${near}counts.test.ts`, 'asks its origin again, and for collections that are only named'],
      [`${near}counts.test.ts`, 'people of other servers are counted by their own'],
    ],
  ],
  'Followers synchronisation': [
    ['What goes to an actor’s followers', [`${near}synchronization.test.ts`, 'what we tell']],
    [
      'The header of others',
      [`${near}synchronization.test.ts`, 'ends what is not listed'],
      [`${near}synchronization.test.ts`, 'when the list is not whole'],
    ],
  ],
};

/** What nobody can test: what is not there. */
const untold = new Set(['Not yet']);

interface Part {
  heading: string;
  text: string;
}

/** Paragraphs, and rows of tables by their first cell, without marks. */
function readParts(): Part[] {
  const parts: Part[] = [];
  let heading = '';
  for (const block of readFileSync(new URL('FEDERATION.md', root), 'utf8').split(/\n{2,}/u)) {
    const [, title] = /^#+ (.+)$/u.exec(block.trim()) ?? [];
    heading = title ?? heading;
    if (title !== undefined || untold.has(heading)) continue;
    const lines = block.startsWith('|') ? block.trim().split('\n').slice(2) : [block];
    for (const line of lines) {
      const text = line
        .replaceAll(/[`*]|^\| */gu, '')
        .replaceAll(/\s+/gu, ' ')
        .replaceAll("'", '’')
        .trim();
      parts.push({ heading, text });
    }
  }
  return parts;
}

const parts = readParts();
const keeps = ({ heading, text }: Part) => (kept[heading] ?? []).filter(([begins]) => text.startsWith(begins));

describe('FEDERATION.md', () => {
  it('says nothing that no test keeps', () => {
    const loose = parts.filter((part) => keeps(part).length === 0);
    expect(loose, 'add a line to the table in this file').toEqual([]);
  });

  it('is kept by tests that are there', () => {
    const named = parts.flatMap((part) => keeps(part).flatMap(([, ...tests]) => tests));
    const missing = named.filter(([file, title]) => {
      const place = new URL(file, root);
      return (
        !existsSync(place) || !readFileSync(place, 'utf8').replaceAll("\\'", '’').replaceAll("'", '’').includes(title)
      );
    });
    expect(missing).toEqual([]);
  });
});
