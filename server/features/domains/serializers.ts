// Blocks of servers as Mastodon's clients read them.
import { createHash } from 'node:crypto';
import { Type, type Static } from 'typebox';
import type { BlockTerms, Severity } from './entities.ts';

import { obfuscateName } from './policy/names.ts';
import type { AllowView, BlockView } from './queries.ts';

/** Mastodon's words for ours. */
export const wireSeverities = { none: 'noop', limit: 'silence', suspend: 'suspend' } as const satisfies Record<
  Severity,
  string
>;
export type MastodonSeverity = (typeof wireSeverities)[Severity];
export const SeveritySchema = Type.Unsafe<MastodonSeverity>(
  Type.String({
    enum: Object.values(wireSeverities),
    description:
      '`silence`: seen by those only who follow; `suspend`: nothing passes; `noop`: nothing but what else is said',
  }),
);

/** Our word for one of Mastodon's; null for none of them. */
export function readSeverity(word: string): Severity | null {
  const found = Object.entries(wireSeverities).find(([, wire]) => wire === word.trim().toLowerCase());
  return found === undefined ? null : (found[0] as Severity); // a key of that table
}

/** @see https://docs.joinmastodon.org/entities/Admin_DomainBlock/ */
export const AdminDomainBlockSchema = Type.Object({
  id: Type.String(),
  domain: Type.String(),
  digest: Type.String({ description: 'SHA-256 of the name' }),
  created_at: Type.String({ format: 'date-time' }),
  severity: SeveritySchema,
  reject_media: Type.Boolean(),
  reject_reports: Type.Boolean(),
  private_comment: Type.Union([Type.String(), Type.Null()]),
  public_comment: Type.Union([Type.String(), Type.Null()]),
  obfuscate: Type.Boolean(),
  list_id: Type.Union([Type.String(), Type.Null()], { description: 'The list that it comes from; null: made by hand' }),
});
export type MastodonAdminDomainBlock = Static<typeof AdminDomainBlockSchema>;

export function serializeBlock(block: BlockView): MastodonAdminDomainBlock {
  return {
    id: block.id,
    domain: block.domain,
    digest: digestOf(block.domain),
    created_at: block.createdAt.toISOString(),
    severity: wireSeverities[block.severity],
    reject_media: block.rejectMedia,
    reject_reports: block.rejectReports,
    private_comment: block.privateComment || null,
    public_comment: block.publicComment || null,
    obfuscate: block.obfuscate,
    list_id: block.listId,
  };
}

/** @see https://docs.joinmastodon.org/entities/Admin_DomainAllow/ */
export const AdminDomainAllowSchema = Type.Object({
  id: Type.String(),
  domain: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
});
export type MastodonAdminDomainAllow = Static<typeof AdminDomainAllowSchema>;

export function serializeAllow({ id, domain, createdAt }: AllowView): MastodonAdminDomainAllow {
  return { id, domain, created_at: createdAt.toISOString() };
}

/** @see https://docs.joinmastodon.org/entities/DomainBlock/ */
export const DomainBlockSchema = Type.Object({
  domain: Type.String({ description: 'With asterisks where the name is not told' }),
  digest: Type.String(),
  severity: Type.Unsafe<'silence' | 'suspend'>(Type.String()),
  comment: Type.String(),
});
export type MastodonDomainBlock = Static<typeof DomainBlockSchema>;

/** The blocks that concern people here, for all to whom they are shown: the names by alphabet, the strictest first. */
export function serializeShown(blocks: readonly BlockView[]): MastodonDomainBlock[] {
  return (['suspend', 'limit'] as const).flatMap((severity) =>
    blocks
      .filter((block) => block.severity === severity)
      .map(({ domain, publicComment, obfuscate }) => ({
        domain: obfuscate ? obfuscateName(domain) : domain,
        digest: digestOf(domain),
        severity: severity === 'limit' ? 'silence' : 'suspend',
        comment: publicComment,
      })),
  );
}

function digestOf(domain: string): string {
  return createHash('sha256').update(domain).digest('hex');
}

/** What a block says besides its name, in Mastodon's words. */
export function serializeTerms(terms: BlockTerms) {
  return {
    severity: wireSeverities[terms.severity],
    reject_media: terms.rejectMedia,
    reject_reports: terms.rejectReports,
    private_comment: terms.privateComment || null,
    public_comment: terms.publicComment || null,
    obfuscate: terms.obfuscate,
    list_id: terms.listId,
  };
}
