// What the staff does about other servers, through the doors, and how it is said.
import { post, request } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { BlockPreview, BlockTerms, DomainBlock, MadeChange, Severity } from '#web/lib/wire/staff.ts';
import { ask } from '#web/ui/Ask.tsx';
import { say } from './staff-words.ts';

/** The strictest first. */
export const SEVERITIES = ['suspend', 'silence', 'noop'] as const;

export interface BlockForm {
  domain: string;
  severity: Severity;
  rejectsMedia: boolean;
  rejectsReports: boolean;
  isObfuscated: boolean;
  publicComment: string;
  privateComment: string;
}

/** What the form begins with. */
export const formOf = (block: DomainBlock | null): BlockForm => ({
  domain: block?.domain ?? '',
  severity: block?.severity ?? 'suspend',
  rejectsMedia: block?.reject_media ?? false,
  rejectsReports: block?.reject_reports ?? false,
  isObfuscated: block?.obfuscate ?? false,
  publicComment: block?.public_comment ?? '',
  privateComment: block?.private_comment ?? '',
});

/** What a block says, in short words. */
export function termsInWords({ severity, reject_media: media, reject_reports: reports }: BlockTerms): string[] {
  return [
    say(`blocks.severity.${severity}`),
    ...(media && severity !== 'suspend' ? [say('blocks.noMedia')] : []),
    ...(reports && severity !== 'suspend' ? [say('blocks.noReports')] : []),
  ];
}

/** What a file, or following the list at an address, would change. @throws {ApiError} */
export const previewBlocks = (source: { csv: string; overwrite: boolean } | { url: string }): Promise<BlockPreview> =>
  post<BlockPreview>('/api/admin/domain-blocks/preview', source);

/** How many follows it would end to suspend a server; none when that cannot be told. */
async function followsWith(domain: string): Promise<number> {
  const csv = `#domain,#severity\n"${domain.replaceAll('"', '""')}",suspend`;
  return previewBlocks({ csv, overwrite: true }).then(
    ({ follows }) => follows,
    () => 0,
  );
}

/** Blocks a server, or changes its block. Where that ends follows it asks first; false when it shall not be. @throws {ApiError} */
export async function saveBlock(block: DomainBlock | null, form: BlockForm): Promise<boolean> {
  const domain = form.domain.trim();
  const isNewlySuspended = form.severity === 'suspend' && block?.severity !== 'suspend';
  const count = isNewlySuspended ? await followsWith(domain) : 0;
  const isSure =
    count === 0 ||
    (await ask({
      title: say('blocks.followsTitle', { count }),
      text: say('blocks.followsText', { domain }),
      yes: say('blocks.suspend'),
      isDangerous: true,
    }));
  if (!isSure) return false;
  const terms = {
    severity: form.severity,
    reject_media: form.rejectsMedia,
    reject_reports: form.rejectsReports,
    obfuscate: form.isObfuscated,
    public_comment: form.publicComment,
    private_comment: form.privateComment,
  };
  if (block) await request('PUT', `/api/v1/admin/domain_blocks/${block.id}`, { body: terms });
  else await post('/api/v1/admin/domain_blocks', { domain, ...terms });
  tell(say('blocks.saved', { domain }));
  return true;
}

/** Asks, then ends a block. Returns whether it is over. */
export async function endBlock({ id, domain }: DomainBlock): Promise<boolean> {
  const isSure = await ask({
    title: say('blocks.endTitle', { domain }),
    text: say('blocks.endText'),
    yes: say('blocks.end'),
    isDangerous: true,
  });
  if (!isSure) return false;
  try {
    await request('DELETE', `/api/v1/admin/domain_blocks/${id}`);
    tell(say('blocks.ended', { domain }));
    return true;
  } catch (cause) {
    tellFailure(cause);
    return false;
  }
}

/** Takes a change back as a whole, and says what came of it. Returns whether it is done. */
export async function undoChange(id: string): Promise<boolean> {
  try {
    const { change, passed_over: over } = await post<{ change: MadeChange; passed_over: string[] }>(
      `/api/admin/domain-changes/${id}/undo`,
    );
    const { changed } = change;
    tell(
      over.length
        ? say('blocks.undonePartly', { count: changed, over: over.length })
        : say('blocks.undone', { count: changed }),
    );
    return true;
  } catch (cause) {
    tellFailure(cause);
    return false;
  }
}

/** Says what was done, with the way back. */
export function tellMade({ change_id: id, changed }: MadeChange, onUndone: () => void): void {
  if (id === null) return tell(say('blocks.nothingChanged'));
  tell(say('blocks.made', { count: changed }), {
    action: { label: t('common.undo'), run: () => void undoChange(id).then((isDone) => isDone && onUndone()) },
  });
}
