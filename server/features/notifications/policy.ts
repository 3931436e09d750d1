// Who wants to hear of whom, what becomes of news by people whom the reader does not know, and what belongs together.
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { NotificationKind, Verdict } from './entities.ts';

/** The reader does not mute the other together with their notifications. */
export function hears(reader: RawBuilder<unknown>, other: RawBuilder<unknown>, now: unknown): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from mutes m where m.muter_id = ${reader} and m.muted_id = ${other}
    and m.hide_notifications and (m.expires_at is null or m.expires_at > ${now}))`;
}

/** What somebody decided about news by people whom they do not know. */
export interface Policy {
  forNotFollowing: Verdict;
  forNotFollowers: Verdict;
  forNewAccounts: Verdict;
  forPrivateMentions: Verdict;
  forLimitedAccounts: Verdict;
  forBots: Verdict;
}

/** What holds for those who decided nothing. */
export const defaultPolicy: Policy = {
  forNotFollowing: 'accept',
  forNotFollowers: 'accept',
  forNewAccounts: 'accept',
  forPrivateMentions: 'filter',
  forLimitedAccounts: 'filter',
  forBots: 'accept',
};

/** How somebody who brings news stands to the reader. */
export interface Sender {
  /** The reader let them in by hand. */
  permitted: boolean;
  /** The reader follows them. */
  followed: boolean;
  /** They follow the reader, and not only since yesterday. */
  longFollower: boolean;
  /** Their account is younger than a month. */
  isNew: boolean;
  isBot: boolean;
  /** The moderators limited them. */
  isLimited: boolean;
  /** The news is a direct post that does not answer one in which the reader spoke to them. */
  unasked: boolean;
}

const day = 24 * 60 * 60 * 1000;
/** A follow of less counts for nothing: it is made in a second. */
export const longFollowMs = 3 * day;
export const newAccountMs = 30 * day;

/** Kinds that strangers can bring about. The reader asked for the others: by a bell, a boost, a vote, a quote. */
const judged: readonly NotificationKind[] = [
  'mention',
  'boost',
  'like',
  'follow',
  'follow_request',
  'quote',
  'reaction',
];

/** Whether the policy is asked at all. */
export const isJudged = (kind: NotificationKind): boolean => judged.includes(kind);

/** What becomes of news by that sender: the strictest rule that fits. */
export function verdictOn(policy: Policy, sender: Sender): Verdict {
  if (sender.permitted) return 'accept';
  const stranger = !sender.followed;
  const fitting = [
    stranger ? policy.forNotFollowing : null,
    sender.longFollower ? null : policy.forNotFollowers,
    stranger && sender.isNew ? policy.forNewAccounts : null,
    stranger && sender.unasked ? policy.forPrivateMentions : null,
    stranger && sender.isLimited ? policy.forLimitedAccounts : null,
    stranger && sender.isBot ? policy.forBots : null,
  ];
  if (fitting.includes('drop')) return 'drop';
  return fitting.includes('filter') ? 'filter' : 'accept';
}

/**
 * SQL twin of `verdictOn`. `policy` is the alias of a row of notification_policies, all null for those who decided nothing;
 * `sender` that of a row with the columns of `senderColumns`.
 */
export function verdictSql(policy: string, sender: string): RawBuilder<Verdict> {
  const is = (column: string) => sql.ref(`${sender}.${column}`);
  const rule = (column: string, otherwise: Verdict) =>
    sql`coalesce(${sql.ref(`${policy}.${column}`)}, ${sql.lit(otherwise)})`;
  const stranger = sql`not ${is('followed')}`;
  const { forNotFollowing, forNotFollowers, forNewAccounts, forPrivateMentions, forLimitedAccounts, forBots } =
    defaultPolicy;
  const fitting = sql`array[
    case when ${stranger} then ${rule('for_not_following', forNotFollowing)} end,
    case when not ${is('long_follower')} then ${rule('for_not_followers', forNotFollowers)} end,
    case when ${stranger} and ${is('is_new')} then ${rule('for_new_accounts', forNewAccounts)} end,
    case when ${stranger} and ${is('unasked')} then ${rule('for_private_mentions', forPrivateMentions)} end,
    case when ${stranger} and ${is('is_limited')} then ${rule('for_limited_accounts', forLimitedAccounts)} end,
    case when ${stranger} and ${is('is_bot')} then ${rule('for_bots', forBots)} end]`;
  return sql<Verdict>`case when ${is('permitted')} then 'accept'
    when coalesce('drop' = any(array_remove(${fitting}, null)), false) then 'drop'
    when coalesce('filter' = any(array_remove(${fitting}, null)), false) then 'filter' else 'accept' end`;
}

/** The columns of a `Sender` for a statement: how `from` stands to `reader`, with news about the post `postId`. */
export function senderColumns(
  reader: RawBuilder<unknown>,
  from: RawBuilder<unknown>,
  news: { kind: NotificationKind; postId: string | null },
  now: Date,
): RawBuilder<unknown> {
  const longAgo = new Date(now.getTime() - longFollowMs);
  const monthAgo = new Date(now.getTime() - newAccountMs);
  const unasked =
    news.kind === 'mention'
      ? sql`exists (select from posts p where p.id = ${news.postId} and p.visibility = 'direct' and not exists (
          select from posts q join mentions m on m.post_id = q.id and m.account_id = ${from}
          where q.id = p.in_reply_to_id and q.account_id = ${reader}))`
      : sql`false`;
  return sql`
    exists (select from notification_permissions t where t.account_id = ${reader} and t.from_account_id = ${from}) as permitted,
    exists (select from follows f where f.follower_id = ${reader} and f.followee_id = ${from} and f.state = 'accepted') as followed,
    exists (select from follows f where f.follower_id = ${from} and f.followee_id = ${reader} and f.state = 'accepted'
      and f.created_at <= ${longAgo}) as long_follower,
    coalesce((select a.created_at > ${monthAgo} from accounts a where a.id = ${from}), false) as is_new,
    coalesce((select a.kind in ('service', 'application') from accounts a where a.id = ${from}), false) as is_bot,
    coalesce((select a.limited_at is not null from accounts a where a.id = ${from}), false) as is_limited, ${unasked} as unasked`;
}

/** Kinds of which one line tells of many: who liked or boosted a post in a day, who followed in a day. */
export const groupedKinds = ['like', 'boost', 'follow'] as const satisfies readonly NotificationKind[];

/** What the news belongs to; null when it stands alone. */
export function groupKeyOf(kind: NotificationKind, postId: string | null, at: Date): string | null {
  if (!groupedKinds.some((grouped) => grouped === kind)) return null;
  const date = Math.floor(at.getTime() / day);
  return postId === null ? `${kind}-${date}` : `${kind}-${postId}-${date}`;
}

/** What clients call news of a reaction. Those that do not know the word may fail on it, so only who names it hears of it. */
export const reactionWord = 'pleroma:emoji_reaction';

/** True when words of a request ask for reactions. */
export function asksForReactions(words: readonly string[]): boolean {
  return words.includes(reactionWord) || words.includes('emoji_reaction');
}
