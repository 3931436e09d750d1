// What the staff does by hand: block a server or end that, and put it on the list of those with whom we talk or take it off.
import type { AppContext } from '#server/context.ts';
import { Invalid, NotFound, type FieldError } from '#server/platform/errors.ts';
import type { BlockTerms } from '../entities.ts';
import { isOwnName, readServerName } from '../policy/names.ts';
import { blocksNamed, findBlockNamed, findAllow, type AllowView, type BlockView } from '../queries.ts';
import { changeDomains } from './change.ts';

/** The most that a comment may hold, in characters. */
export const longestComment = 2000;

/** What a block shall say; what is left out stays as it is, or as a block begins. */
export interface BlockWish {
  severity?: BlockTerms['severity'] | undefined;
  rejectMedia?: boolean | undefined;
  rejectReports?: boolean | undefined;
  privateComment?: string | undefined;
  publicComment?: string | undefined;
  obfuscate?: boolean | undefined;
}

/** How a block begins. */
export const newTerms: BlockTerms = {
  severity: 'limit',
  rejectMedia: false,
  rejectReports: false,
  privateComment: '',
  publicComment: '',
  obfuscate: false,
  listId: null,
};

/** The name of another server as it is kept. @throws {Invalid} when it is none, or would be us */
export function requireServerName(ctx: AppContext, text: string): string {
  const name = readServerName(text);
  if (name === null) throw invalid('ERR_INVALID', 'Domain is not a valid domain name');
  if (isOwnName(ownHosts(ctx), name)) throw invalid('ERR_INVALID', 'Domain is this server itself');
  return name;
}

/** The names under which this server is known. */
export function ownHosts(ctx: Pick<AppContext, 'config'>): string[] {
  return [new URL(ctx.config.origin).host, ctx.config.handleDomain];
}

/** Blocks a server, or changes the block that there is; the change is the staff's own from then on. @throws {Invalid} */
export async function blockServer(
  ctx: AppContext,
  actorId: string | null,
  text: string,
  wish: BlockWish,
  mode: 'new' | 'any' = 'any',
): Promise<BlockView> {
  const domain = requireServerName(ctx, text);
  checkComments(wish);
  await changeDomains(ctx, { source: 'hand', actorId }, async (tx) => {
    const present = (await blocksNamed(tx, [domain])).get(domain);
    if (present !== undefined && mode === 'new')
      throw invalid('ERR_TAKEN', 'Domain is blocked already; change that block instead');
    return [{ what: 'block', domain, after: { ...(present ?? newTerms), ...given(wish), listId: null } }];
  });
  const block = await findBlockNamed(ctx, domain);
  if (block === null) throw new NotFound('Record not found');
  return block;
}

/** Ends a block; follows that it ended do not come back. @throws {NotFound} when there is none */
export async function unblockServer(ctx: AppContext, actorId: string | null, text: string): Promise<string> {
  const domain = requireServerName(ctx, text);
  const made = await changeDomains(ctx, { source: 'hand', actorId }, async () => [
    { what: 'block', domain, after: null },
  ]);
  if (made === null) throw new NotFound(`There is no block of ${domain}.`);
  return domain;
}

/** Puts a server on the list of those with whom we talk. @throws {Invalid} */
export async function allowServer(ctx: AppContext, actorId: string | null, text: string): Promise<AllowView> {
  const domain = requireServerName(ctx, text);
  await changeDomains(ctx, { source: 'hand', actorId }, async () => [{ what: 'allow', domain, after: true }]);
  const allow = await findAllow(ctx, { domain });
  if (allow === null) throw new NotFound('Record not found');
  return allow;
}

/** Takes a server off that list. @throws {NotFound} when it is not on it */
export async function disallowServer(ctx: AppContext, actorId: string | null, text: string): Promise<string> {
  const domain = requireServerName(ctx, text);
  const made = await changeDomains(ctx, { source: 'hand', actorId }, async () => [
    { what: 'allow', domain, after: null },
  ]);
  if (made === null) throw new NotFound(`${domain} is not on the list.`);
  return domain;
}

function given(wish: BlockWish): Partial<BlockTerms> {
  return Object.fromEntries(
    Object.entries(wish)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === 'string' ? value.trim() : value]),
  );
}

function checkComments({ privateComment = '', publicComment = '' }: BlockWish): void {
  if ([privateComment, publicComment].some((text) => Array.from(text).length > longestComment))
    throw new Invalid(`Validation failed: Comments may have at most ${longestComment} characters`);
}

function invalid(error: FieldError['error'], description: string): Invalid {
  return new Invalid(`Validation failed: ${description}`, { details: { domain: [{ error, description }] } });
}
