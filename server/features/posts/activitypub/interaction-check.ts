// Whether an author of another server allows an answer, like or boost: read at the address of their agreement, or in the post itself.
import type { AppContext } from '#server/context.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { asOnlyId, isSameHost, typeOf } from '#server/platform/fediverse/json.ts';
import type { Interaction } from '../policy/interaction.ts';
import type { Consent } from '../service/approval.ts';
import { readNote } from './note-read.ts';
import { orNull } from './quote-check.ts';

/** What is to be allowed: the answer, like or boost, of which post, by whom. */
export interface Asked {
  interaction: Interaction;
  subjectUri: string;
  postUri: string;
  authorUri: string;
}

/** How agreements are called, now and in GoToSocial up to 0.20. */
const agreements: Readonly<Record<Interaction, { present: string; former: string }>> = {
  reply: { present: 'ReplyAuthorization', former: 'ReplyApproval' },
  like: { present: 'LikeAuthorization', former: 'LikeApproval' },
  boost: { present: 'AnnounceAuthorization', former: 'AnnounceApproval' },
};

/**
 * The words of the agreement at that address, when the author's own server says there that they allow just this: in the present ones or
 * the former (`object`, `target`), or by the `Accept` itself (GoToSocial 0.17). Null when it does not. `readerId` asks in the name of one
 * of ours.
 * @throws {DocumentFailure}
 */
export async function readAgreement(
  ctx: AppContext,
  uri: string,
  asked: Asked,
  options: { readerId?: string } = {},
): Promise<Consent['words'] | null> {
  if (!isSameHost(uri, asked.authorUri)) return null;
  const json = await fetchRemote(ctx, uri, options);
  if (json['id'] !== uri) return null;
  const says = (key: string, expected: string): boolean => asOnlyId(json[key]) === expected;
  // The two last forms may leave out which post it was.
  const meansPost = json['target'] === undefined || says('target', asked.postUri);
  const { present, former } = agreements[asked.interaction];
  switch (typeOf(json)) {
    case present: {
      const isWhole = says('interactingObject', asked.subjectUri) && says('interactionTarget', asked.postUri);
      return isWhole && says('attributedTo', asked.authorUri) ? 'present' : null;
    }
    case former:
      return says('attributedTo', asked.authorUri) && says('object', asked.subjectUri) && meansPost ? 'former' : null;
    case 'Accept':
      return says('actor', asked.authorUri) && says('object', asked.subjectUri) && meansPost ? 'former' : null;
    default:
      return null;
  }
}

/** A post whose author does not take everybody's answers, likes and boosts. */
export interface Ruled {
  uri: string;
  accountUri: string;
}

/** A post is read again so often in a minute, for all that is done with it. */
const mostAsked = 5;
const askedWindowMs = 60_000;

/**
 * True when the post says by now, on its own server, that this account is free to do so: it may restrict less than it did, or name
 * people whom we did not know. Whom a post mentions may answer it.
 */
export async function isFreeThere(
  ctx: AppContext,
  { interaction, accountUri, post }: { interaction: Interaction; accountUri: string; post: Ruled },
): Promise<boolean> {
  const { count } = await ctx.cache.count(`answer-rules:${post.uri}`, askedWindowMs);
  if (count > mostAsked) return false;
  const json = await orNull(fetchRemote(ctx, post.uri));
  const note = json && readNote(json, ctx.config.allowPrivateAddresses);
  if (!note || note.uri !== post.uri || note.authorUri !== post.accountUri) return false;
  const rule = note.interactions[interaction];
  if (rule === undefined || rule.automatic.includes(accountUri)) return true;
  return interaction === 'reply' && note.mentionedUris.includes(accountUri);
}
