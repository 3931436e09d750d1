// Settings → server → other servers: which are blocked, which lists are followed, which servers are on the list of those that count
// where others do not, and what was decided when.
import { useSignal } from '@preact/signals';
import { Download, Plus, ServerOff } from 'lucide-preact';
import { useEffect, useMemo } from 'preact/hooks';
import { getFile } from '#web/lib/api.ts';
import { pagedList, type PagedList } from '#web/lib/paged-list.ts';
import { saveFile } from '#web/lib/save-file.ts';
import { mayAdminister } from '#web/lib/session.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import type { DomainBlock } from '#web/lib/wire/staff.ts';
import { Button } from '#web/ui/Button.tsx';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { TabLinks } from '#web/ui/PageHeader.tsx';
import { Pages } from '#web/ui/Pages.tsx';
import { Row, RowText } from '#web/ui/Row.tsx';
import { Buttons } from '#web/ui/Section.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { AllowList } from './AllowList.tsx';
import { BlockDialog } from './BlockDialog.tsx';
import { BlockHistory } from './BlockHistory.tsx';
import { BlockLists } from './BlockLists.tsx';
import { endBlock, termsInWords } from './blocks.ts';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

function BlockRow({ block, onChange, onEnd }: { block: DomainBlock; onChange: () => void; onEnd: () => void }) {
  const { domain, public_comment: shown, private_comment: note, list_id: listId, obfuscate } = block;
  const facts = [
    ...termsInWords(block),
    ...(listId === null ? [] : [say('blocks.fromList')]),
    ...(obfuscate ? [say('blocks.obfuscated')] : []),
  ];
  return (
    <Row
      title={domain}
      facts={facts}
      actions={
        mayAdminister.value && (
          <>
            <Button size="small" aria-label={say('blocks.changeName', { domain })} onClick={onChange}>
              {say('blocks.change')}
            </Button>
            <Button size="small" aria-label={say('blocks.endName', { domain })} onClick={onEnd}>
              {say('blocks.end')}
            </Button>
          </>
        )
      }
    >
      {shown && <RowText>{shown}</RowText>}
      {note && <RowText>{say('blocks.note', { note })}</RowText>}
    </Row>
  );
}

const TYPING_MS = 300;

/** The list, anew for each word that is looked for. */
function useBlocks(sought: string): PagedList<DomainBlock> {
  const word = sought.trim();
  const list = useMemo(
    () => pagedList<DomainBlock>(`/api/v1/admin/domain_blocks${word && `?domain=${encodeURIComponent(word)}`}`),
    [word],
  );
  useEffect(() => {
    const timer = setTimeout(() => void list.more(), word ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [list]);
  return list;
}

const exportBlocks = () =>
  getFile('/api/admin/domain-blocks/export').then((file) => saveFile(file, 'domain_blocks.csv'), tellFailure);

function Blocks() {
  const sought = useSignal('');
  const open = useSignal<DomainBlock | 'new' | null>(null);
  const list = useBlocks(sought.value);
  const saved = () => {
    open.value = null;
    void list.reload();
  };
  const end = async (block: DomainBlock) => {
    if (await endBlock(block)) list.replace(block);
  };
  return (
    <div class={styles.form}>
      <Buttons>
        {mayAdminister.value && (
          <Button look="filled" onClick={() => (open.value = 'new')}>
            <Plus size={18} aria-hidden /> {say('blocks.block')}
          </Button>
        )}
        <Button onClick={() => void exportBlocks()}>
          <Download size={18} aria-hidden /> {say('blocks.export')}
        </Button>
      </Buttons>
      <TextField label={say('blocks.find')} value={sought.value} onValue={(word) => (sought.value = word)} isHandle />
      <div>
        <Pages
          list={list}
          label={say('blocks.blocked')}
          empty={
            <EmptyNote
              title={say(sought.value.trim() ? 'blocks.noneFound' : 'blocks.none')}
              icon={<ServerOff size={28} aria-hidden />}
            />
          }
          row={(block) => (
            <BlockRow
              key={block.id}
              block={block}
              onChange={() => (open.value = block)}
              onEnd={() => void end(block)}
            />
          )}
        />
      </div>
      {open.value && (
        <BlockDialog
          block={open.value === 'new' ? null : open.value}
          onSaved={saved}
          onClose={() => (open.value = null)}
        />
      )}
    </div>
  );
}

const SIDES = { servers: Blocks, lists: BlockLists, allowed: AllowList, history: BlockHistory };
const NAMES = ['servers', 'lists', 'allowed', 'history'] as const;

/** `side` as it stands in the address; empty for the servers. */
export function BlocksPage({ side }: { side: string }) {
  const current = NAMES.find((name) => name === side) ?? 'servers';
  const Side = SIDES[current];
  const base = '/settings/server/blocks';
  return (
    <>
      <TabLinks
        label={say('blocks.title')}
        tabs={NAMES.map((name) => ({
          label: say(`blocks.tab.${name}`),
          href: name === 'servers' ? base : `${base}/${name}`,
          isCurrent: name === current,
        }))}
      />
      <div class={styles.page}>
        <Side />
      </div>
    </>
  );
}
