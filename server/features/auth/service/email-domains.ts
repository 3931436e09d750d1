// E-mail providers whose addresses may not sign up: which they are, and the refusal.
import type { AppContext } from '#server/context.ts';
import { hostNames, readServerName } from '#server/features/domains/policy/names.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid, NotFound, type FieldError } from '#server/platform/errors.ts';
import { isId } from '#server/platform/ids.ts';
import { dayOf, findEmailDomainBlock, type EmailDomainBlockView } from '../queries/email-domains.ts';

/** Blocks a provider with all below its name; logins that there are stay. @throws {Invalid} for what is no name, or is blocked already */
export async function blockEmailDomain(ctx: AppContext, text: string): Promise<EmailDomainBlockView> {
  const domain = requireName(text);
  const { rows } = await ctx.database.write((tx) =>
    sql<{ id: string }>`insert into email_domain_blocks (id, domain, created_at)
      values (${ctx.newId()}, ${domain}, ${ctx.clock()}) on conflict (domain) do nothing returning id`.execute(tx.sql),
  );
  if (rows.length === 0) throw invalid('ERR_TAKEN', 'Domain is blocked already');
  return requireEmailDomainBlock(ctx, { domain });
}

/** Ends a block. @throws {NotFound} when there is none @throws {Invalid} for what is no name */
export async function unblockEmailDomain(ctx: AppContext, text: string): Promise<string> {
  const domain = requireName(text);
  const { rows } = await ctx.database.write((tx) =>
    sql`delete from email_domain_blocks where domain = ${domain} returning id`.execute(tx.sql),
  );
  if (rows.length === 0) throw new NotFound(`There is no block of ${domain}.`);
  return domain;
}

/** @throws {NotFound} */
export async function requireEmailDomainBlock(
  ctx: AppContext,
  by: { id: string } | { domain: string },
): Promise<EmailDomainBlockView> {
  const isAsked = !('id' in by) || isId(by.id);
  const block = isAsked ? await findEmailDomainBlock(ctx, by) : null;
  if (block === null) throw new NotFound('Record not found');
  return block;
}

/** What is wrong with the provider of somebody's new address, which is counted then; null when nothing is. */
export async function emailDomainFault(ctx: AppContext, email: string): Promise<FieldError | null> {
  const names = hostNames(email.slice(email.lastIndexOf('@') + 1));
  const { rows } = await ctx.database.write((tx) =>
    sql`
      with found as (
        select id from email_domain_blocks where domain = any(${names}::text[]) order by length(domain) desc limit 1
      ), counted as (
        insert into email_domain_refusals (block_id, day, refused) select id, ${dayOf(ctx.clock())}::int, 1 from found
        on conflict (block_id, day) do update set refused = email_domain_refusals.refused + 1
      )
      select id from found`.execute(tx.sql),
  );
  return rows.length === 0
    ? null
    : { error: 'ERR_BLOCKED', description: 'Addresses of this e-mail provider are not taken here' };
}

/** A name as addresses have it after the @: no port, no address of numbers in brackets. */
function requireName(text: string): string {
  const name = readServerName(text);
  if (name === null || /[:[]/.test(name)) throw invalid('ERR_INVALID', 'Domain is not a valid domain name');
  return name;
}

function invalid(error: FieldError['error'], description: string): Invalid {
  return new Invalid(`Validation failed: ${description}`, { details: { domain: [{ error, description }] } });
}
