// Blocked e-mail providers as Mastodon's clients for the staff read them.
import { Type, type Static } from 'typebox';
import type { EmailDomainBlockView } from '../queries/email-domains.ts';

const daySeconds = 86_400;

/** @see https://docs.joinmastodon.org/entities/Admin_EmailDomainBlock/ */
export const AdminEmailDomainBlockSchema = Type.Object({
  id: Type.String(),
  domain: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
  history: Type.Array(
    Type.Object({
      day: Type.String({ description: 'When it began, in seconds since 1970' }),
      accounts: Type.String({ description: 'How many addresses were refused' }),
      uses: Type.String({ description: 'The same: nothing else is counted here' }),
    }),
    { description: 'The last seven days, today first' },
  ),
});
export type MastodonAdminEmailDomainBlock = Static<typeof AdminEmailDomainBlockSchema>;

export function serializeEmailDomainBlock(block: EmailDomainBlockView): MastodonAdminEmailDomainBlock {
  return {
    id: block.id,
    domain: block.domain,
    created_at: block.createdAt.toISOString(),
    history: block.history.map(({ day, refused }) => ({
      day: String(day * daySeconds),
      accounts: String(refused),
      uses: String(refused),
    })),
  };
}
