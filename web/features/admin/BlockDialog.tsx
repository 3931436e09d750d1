// The dialog in which a server is blocked, or its block changed.
import { useSignal } from '@preact/signals';
import { useForm } from '#web/features/auth/use-form.ts';
import type { DomainBlock } from '#web/lib/wire/staff.ts';
import { Button } from '#web/ui/Button.tsx';
import { RadioChoice } from '#web/ui/Choice.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { Problem } from '#web/ui/Notes.tsx';
import { Switch, TextArea, TextField } from '#web/ui/TextField.tsx';
import { formOf, saveBlock, SEVERITIES, type BlockForm } from './blocks.ts';
import { say } from './staff-words.ts';
import styles from './Staff.module.css';

const LONGEST_COMMENT = 2000;

interface PartProps {
  form: BlockForm;
  change: (changes: Partial<BlockForm>) => void;
}

function Terms({ form, change }: PartProps) {
  return (
    <>
      <RadioChoice
        legend={say('blocks.what')}
        options={SEVERITIES.map((value) => ({
          value,
          label: say(`blocks.severity.${value}`),
          hint: say(`blocks.severity.${value}Hint`),
        }))}
        chosen={form.severity}
        onChoose={(severity) => change({ severity })}
      />
      {form.severity !== 'suspend' && (
        <>
          <Switch
            label={say('blocks.rejectMedia')}
            isOn={form.rejectsMedia}
            onChange={(rejectsMedia) => change({ rejectsMedia })}
          />
          <Switch
            label={say('blocks.rejectReports')}
            isOn={form.rejectsReports}
            onChange={(rejectsReports) => change({ rejectsReports })}
          />
        </>
      )}
    </>
  );
}

function Reasons({ form, change }: PartProps) {
  return (
    <>
      <TextArea
        label={say('blocks.publicComment')}
        hint={say('blocks.publicCommentHint')}
        value={form.publicComment}
        onValue={(publicComment) => change({ publicComment })}
        maxLength={LONGEST_COMMENT}
        rows={2}
      />
      <TextArea
        label={say('blocks.privateComment')}
        hint={say('blocks.privateCommentHint')}
        value={form.privateComment}
        onValue={(privateComment) => change({ privateComment })}
        maxLength={LONGEST_COMMENT}
        rows={2}
      />
      <Switch
        label={say('blocks.obfuscate')}
        hint={say('blocks.obfuscateHint')}
        isOn={form.isObfuscated}
        onChange={(isObfuscated) => change({ isObfuscated })}
      />
    </>
  );
}

interface Props {
  /** Null blocks another one. */
  block: DomainBlock | null;
  onSaved: () => void;
  onClose: () => void;
}

/** Stays open with what was typed when the server refuses. */
export function BlockDialog({ block, onSaved, onClose }: Props) {
  const form = useSignal(formOf(block));
  const change = (changes: Partial<BlockForm>) => (form.value = { ...form.peek(), ...changes });
  const sending = useForm(async () => {
    if (await saveBlock(block, form.peek())) onSaved();
  });
  const { domain } = form.value;
  return (
    <Dialog
      title={block ? say('blocks.changeTitle', { domain: block.domain }) : say('blocks.block')}
      shape="sheet"
      onClose={onClose}
    >
      <form class={styles.form} onSubmit={sending.send}>
        {!block && (
          <TextField
            label={say('blocks.domain')}
            hint={say('blocks.domainHint')}
            problem={sending.fields.value['domain']}
            value={domain}
            onValue={(value) => change({ domain: value })}
            isHandle
            required
            autofocus
          />
        )}
        {block?.list_id && <p class={styles.none}>{say('blocks.becomesYours')}</p>}
        <Terms form={form.value} change={change} />
        <Reasons form={form.value} change={change} />
        <Problem text={sending.problem.value} />
        <Button type="submit" look="filled" size="wide" disabled={!domain.trim()} isBusy={sending.isBusy.value}>
          {say(block ? 'blocks.saveChange' : 'blocks.save')}
        </Button>
      </form>
    </Dialog>
  );
}
