// What other servers write about quotes, in the forms of several kinds of software; and what is nonsense.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { quoteLeave, type QuoteLeave } from '../policy/quote.ts';
import { readNote } from './note-read.ts';
import { quoteRulesOf, readQuote, readQuoteRules } from './quote-read.ts';

const everybody = 'https://www.w3.org/ns/activitystreams#Public';
const mia = { uri: 'https://mastodon.example/users/mia', followersUrl: 'https://mastodon.example/users/mia/followers' };
const fixture = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as Json;

describe('a quote', () => {
  it('of Mastodon names the agreement of the quoted author', () => {
    const note = readNote(fixture('mastodon-quote'), false);
    expect(note?.quote).toEqual({
      uri: 'https://other.example/users/quentin/statuses/7',
      authorizationUri: 'https://other.example/users/quentin/quote_authorizations/3',
      unasked: false,
    });
    expect(note?.html).toMatch(/^<p class="quote-inline">RE: /u);
    expect(quoteRulesOf(note?.quoteRules ?? null, mia)).toEqual({ quotePolicy: 'followers', quoteAsking: 'nobody' });
  });

  it('of Misskey asks nobody', () => {
    const note = readNote(fixture('misskey-quote'), false);
    expect(note?.quote).toEqual({ uri: 'https://other.example/notes/7', authorizationUri: null, unasked: true });
    expect(note?.quoteRules).toBeNull();
  });

  const uri = 'https://other.example/1';
  const mediaType = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"';
  const link = (more: Json): Json => ({ tag: [{ type: 'Link', mediaType, href: uri, ...more }] });
  it.each<[Json, string | null]>([
    [{ quote: { id: uri, type: 'Note' } }, uri],
    [{ quote: [uri, 'https://other.example/2'] }, uri],
    [{ quoteUrl: uri }, uri],
    [link({ rel: ['https://misskey-hub.net/ns#_misskey_quote'] }), uri],
    [link({ name: 'RE: that' }), uri],
    [link({ name: 'see' }), null],
    [link({ rel: 'canonical', name: 'RE: that' }), null],
    [link({ rel: 'https://misskey-hub.net/ns#_misskey_quote', mediaType: 'text/html' }), null],
    [{ quote: 'javascript:alert(1)' }, null],
    [{ quote: 'http://other.example/1' }, null],
    [{ quote: { type: 'Note' }, quoteUri: 7, quoteUrl: [] }, null],
    [{ tag: [null, 7, { type: 'Link' }] }, null],
    [{}, null],
  ])('%j is read as %j', (json, expected) => {
    expect(readQuote(json, false)?.uri ?? null).toBe(expected);
  });
});

describe('who may quote', () => {
  const rules = (canQuote: unknown) => quoteRulesOf(readQuoteRules({ interactionPolicy: { canQuote } }), mia);

  it.each<[unknown, string, string]>([
    [{ automaticApproval: everybody }, 'public', 'nobody'],
    [{ automaticApproval: ['as:Public'], manualApproval: [everybody] }, 'public', 'public'],
    [{ automaticApproval: [mia.followersUrl], manualApproval: everybody }, 'followers', 'public'],
    [{ automaticApproval: [mia.uri] }, 'nobody', 'nobody'],
    [{ automaticApproval: [], manualApproval: [mia.followersUrl] }, 'nobody', 'followers'],
    [{ automaticApproval: ['https://mastodon.example/users/mia/following'] }, 'nobody', 'public'],
    [{}, 'nobody', 'nobody'],
    ['all', 'nobody', 'nobody'],
    [undefined, 'nobody', 'nobody'],
  ])('%j: at once %s, after asking %s', (canQuote, quotePolicy, quoteAsking) => {
    expect(rules(canQuote)).toEqual({ quotePolicy, quoteAsking });
  });

  it.each<[Parameters<typeof quoteLeave>[1], QuoteLeave[]]>([
    [{ accountId: '1', visibility: 'public', quotePolicy: 'public' }, ['automatic', 'automatic', 'automatic']],
    [{ accountId: '1', visibility: 'unlisted', quotePolicy: 'followers' }, ['automatic', 'automatic', 'denied']],
    [
      { accountId: '1', visibility: 'public', quotePolicy: 'followers', quoteAsking: 'public' },
      ['automatic', 'automatic', 'manual'],
    ],
    [
      { accountId: '1', visibility: 'public', quotePolicy: 'nobody', quoteAsking: 'followers' },
      ['automatic', 'manual', 'denied'],
    ],
    [
      { accountId: '1', visibility: 'followers', quotePolicy: 'public', quoteAsking: 'public' },
      ['automatic', 'denied', 'denied'],
    ],
    [{ accountId: '1', visibility: 'direct', quotePolicy: 'public' }, ['denied', 'denied', 'denied']],
  ])('%j tells the author, a follower and a stranger %j', (post, expected) => {
    const told = [quoteLeave('1', post, false), quoteLeave('2', post, true), quoteLeave('3', post, false)];
    expect(told).toEqual(expected);
  });
});
