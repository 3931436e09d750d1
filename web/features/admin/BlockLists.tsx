// Blocks that come from elsewhere: lists that are followed, and files that are taken over once; both are looked at before.
import { useSignal } from '@preact/signals';
import { FileUp } from 'lucide-preact';
import { useRef } from 'preact/hooks';
import { useForm } from '#web/features/auth/use-form.ts';
import { get, post, request } from '#web/lib/api.ts';
import { locale } from '#web/lib/i18n.ts';
import { mayAdminister } from '#web/lib/session.ts';
import { fullTime } from '#web/lib/time.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import type { BlockList, BlockPreview as Preview, MadeChange } from '#web/lib/wire/staff.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { FileButton } from '#web/ui/FileButton.tsx';
import { useLoaded, Waiting } from '#web/ui/Loaded.tsx';
import { Problem } from '#web/ui/Notes.tsx';
import { Row } from '#web/ui/Row.tsx';
import { Buttons, Section, Sections } from '#web/ui/Section.tsx';
import { Switch, TextField } from '#web/ui/TextField.tsx';
import { BlockPreview, countChanges } from './BlockPreview.tsx';
import { previewBlocks, tellMade } from './blocks.ts';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

interface Followed {
  list: BlockList;
  change: MadeChange;
}

/** A form that first shows what it would do: `look` and `go` are its two steps, and `change` goes back before the first. */
function useLookFirst(look: () => Promise<Preview>, go: () => Promise<void>) {
  const preview = useSignal<Preview | null>(null);
  const round = useRef(0);
  const change = () => {
    round.current += 1;
    preview.value = null;
  };
  const form = useForm(async () => {
    if (preview.peek()) {
      await go();
      return change();
    }
    const asked = round.current;
    const found = await look();
    // What was changed meanwhile is not what this is about.
    if (asked === round.current) preview.value = found;
  });
  return { preview, form, change };
}

function FollowForm({ onDone }: { onDone: () => void }) {
  const url = useSignal('');
  const { preview, form, change } = useLookFirst(
    () => previewBlocks({ url: url.peek().trim() }),
    async () => {
      const followed = await post<Followed>('/api/admin/block-lists', { url: url.peek().trim() });
      url.value = '';
      tellMade(followed.change, onDone);
      onDone();
    },
  );
  const type = (value: string) => {
    url.value = value;
    change();
  };
  return (
    <form class={styles.form} onSubmit={form.send}>
      <TextField
        label={say('lists.address')}
        hint={say('lists.addressHint')}
        problem={form.fields.value['url']}
        value={url.value}
        onValue={type}
        isHandle
        required
      />
      <Problem text={form.problem.value} />
      {preview.value && <BlockPreview preview={preview.value} />}
      <Buttons>
        <Button type="submit" look={preview.value ? 'filled' : 'plain'} isBusy={form.isBusy.value}>
          {say(preview.value ? 'lists.follow' : 'lists.look')}
        </Button>
      </Buttons>
    </form>
  );
}

function FileForm({ onDone }: { onDone: () => void }) {
  const file = useSignal<{ name: string; csv: string } | null>(null);
  const overwrite = useSignal(false);
  const source = () => ({ csv: file.peek()?.csv ?? '', overwrite: overwrite.peek() });
  const { preview, form, change } = useLookFirst(
    () => previewBlocks(source()),
    async () => {
      const made = await post<MadeChange>('/api/admin/domain-blocks/import', source());
      file.value = null;
      tellMade(made, onDone);
      onDone();
    },
  );
  const take = async (chosen: File) => {
    file.value = { name: chosen.name, csv: await chosen.text() };
    change();
    await form.send();
  };
  const count = preview.value ? countChanges(preview.value) : null;
  return (
    <form class={styles.form} onSubmit={form.send}>
      <Switch
        label={say('file.overwrite')}
        hint={say('file.overwriteHint')}
        isOn={overwrite.value}
        onChange={(isOn) => {
          overwrite.value = isOn;
          change();
        }}
      />
      <Buttons>
        <FileButton
          label={say('file.choose')}
          accept=".csv,.txt,text/csv,text/plain"
          isBusy={form.isBusy.value}
          onFile={(chosen) => void take(chosen)}
        >
          <FileUp size={18} aria-hidden />
        </FileButton>
        {file.value && <span class={styles.none}>{file.value.name}</span>}
      </Buttons>
      <Problem text={form.problem.value} />
      {preview.value && <BlockPreview preview={preview.value} />}
      {file.value && count !== 0 && (
        <Buttons>
          <Button type="submit" look={count === null ? 'plain' : 'filled'} isBusy={form.isBusy.value}>
            {count === null ? say('lists.look') : say('file.import', { count })}
          </Button>
        </Buttons>
      )}
    </form>
  );
}

function ListRow({ list, onDone }: { list: BlockList; onDone: () => void }) {
  const { id, url, names, blocks, fetched_at: fetched, next_fetch_at: next, failure } = list;
  const name = url.replace(/^https?:\/\//, '');
  const isBusy = useSignal(false);
  const refresh = async () => {
    isBusy.value = true;
    await post<Followed>(`/api/admin/block-lists/${id}/refresh`).then(({ change }) => {
      tellMade(change, onDone);
      onDone();
    }, tellFailure);
    isBusy.value = false;
  };
  const leave = async (lift: boolean) => {
    await request<MadeChange>('DELETE', `/api/admin/block-lists/${id}`, { query: { lift } }).then((change) => {
      tellMade(change, onDone);
      onDone();
    }, tellFailure);
  };
  const stop = async () => {
    const isLifted = await ask({
      title: say('lists.stopTitle'),
      text: say('lists.stopText', { count: blocks }),
      yes: say('lists.lift'),
      isDangerous: true,
      instead: { label: say('lists.keep'), run: () => void leave(false) },
    });
    if (isLifted) await leave(true);
  };
  return (
    <Row
      title={name}
      isUnderHeading
      facts={[
        say('lists.names', { count: names }),
        say('lists.blocks', { count: blocks }),
        ...(fetched ? [say('lists.fetched', { time: fullTime(fetched, locale.value) })] : []),
        next ? say('lists.next', { time: fullTime(next, locale.value) }) : say('lists.rests'),
      ]}
      actions={
        mayAdminister.value && (
          <>
            <Button
              size="small"
              isBusy={isBusy.value}
              aria-label={say('lists.refreshName', { name })}
              onClick={() => void refresh()}
            >
              {say('lists.refresh')}
            </Button>
            <Button size="small" aria-label={say('lists.stopName', { name })} onClick={() => void stop()}>
              {say('lists.stop')}
            </Button>
          </>
        )
      }
    >
      <Problem text={failure ?? ''} isKnown />
    </Row>
  );
}

/** Moderators see the lists, admins also change them. */
export function BlockLists() {
  const loaded = useLoaded(() => get<BlockList[]>('/api/admin/block-lists'));
  const { load } = loaded;
  const lists = loaded.value.value;
  return (
    <Sections>
      <Section title={say('lists.title')} lead={say('lists.lead')}>
        {!lists && <Waiting of={loaded} />}
        {lists?.length === 0 && <p class={styles.none}>{say('lists.none')}</p>}
        <ul aria-label={say('lists.title')}>
          {lists?.map((list) => (
            <ListRow key={list.id} list={list} onDone={load} />
          ))}
        </ul>
        {mayAdminister.value && <FollowForm onDone={load} />}
      </Section>
      {mayAdminister.value && (
        <Section title={say('file.title')} lead={say('file.lead')}>
          <FileForm onDone={load} />
        </Section>
      )}
    </Sections>
  );
}
