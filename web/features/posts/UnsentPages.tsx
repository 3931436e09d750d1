// What is not sent yet: drafts that the server keeps, and posts that wait for their time, to be finished, changed or dropped.
import { useSignal } from '@preact/signals';
import { CalendarClock, FilePen } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useForm } from '#web/features/auth/use-form.ts';
import { request } from '#web/lib/api.ts';
import { locale, t } from '#web/lib/i18n.ts';
import { pagedList, type PagedList } from '#web/lib/paged-list.ts';
import { fullTime } from '#web/lib/time.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import type { KeptDraft, ScheduledStatus } from '#web/lib/wire/unsent.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { EmptyNote, Problem } from '#web/ui/Notes.tsx';
import { PageHeader, TabLinks } from '#web/ui/PageHeader.tsx';
import { Pages } from '#web/ui/Pages.tsx';
import { composer } from './composing.ts';
import { continueDraft, rewriteScheduled } from './kept-drafts.ts';
import { Schedule } from './Schedule.tsx';
import { isTooSoon, toField } from './schedule-time.ts';
import styles from './UnsentPages.module.css';

interface RowProps {
  /** The line above the text. */
  head: ComponentChildren;
  problem?: string | null;
  warning: string;
  text: string;
  media: MediaAttachment[];
  hasPoll: boolean;
  children: ComponentChildren;
}

function Row({ head, problem, warning, text, media, hasPoll, children }: RowProps) {
  const besides = [
    ...(media.length ? [t('drafts.files', { count: media.length })] : []),
    ...(hasPoll ? [t('drafts.poll')] : []),
  ];
  return (
    <li class={styles.row}>
      <p class={styles.head}>{head}</p>
      {problem && <Problem text={t('drafts.problem', { reason: problem })} isKnown />}
      {warning && <p class={styles.warning}>{warning}</p>}
      <p class={styles.text}>{text || (besides.length ? '' : t('drafts.empty'))}</p>
      {besides.length > 0 && <p class={styles.head}>{besides.join(' · ')}</p>}
      <div class={styles.buttons}>{children}</div>
    </li>
  );
}

/** The list of a page: loaded when it appears, and again when the composer over it closes. */
function useUnsent<T>(path: string): PagedList<T> {
  const [list] = useState(() => pagedList<T>(path));
  const isOpen = composer.value !== null;
  useEffect(() => {
    if (!isOpen) void list.reload();
  }, [isOpen]);
  return list;
}

function Drafts() {
  const list = useUnsent<KeptDraft>('/api/drafts');
  const remove = async (draft: KeptDraft) => {
    const isSure = await ask({
      title: t('drafts.removeTitle'),
      text: t('drafts.removeText'),
      yes: t('drafts.remove'),
      isDangerous: true,
    });
    if (!isSure) return;
    await request('DELETE', `/api/drafts/${draft.id}`).then(() => list.replace(draft), tellFailure);
  };
  return (
    <Pages
      list={list}
      label={t('drafts.title')}
      empty={
        <EmptyNote title={t('drafts.none')} icon={<FilePen size={28} aria-hidden />}>
          {t('drafts.noneHint')}
        </EmptyNote>
      }
      row={(draft) => (
        <Row
          key={draft.id}
          head={t('drafts.changed', { time: fullTime(draft.updated_at, locale.value) })}
          problem={draft.problem}
          warning={draft.content_warning ?? ''}
          text={draft.content}
          media={draft.media_attachments}
          hasPoll={draft.poll !== null}
        >
          <Button size="small" look="filled" onClick={() => void continueDraft(draft)}>
            {t('drafts.continue')}
          </Button>
          <Button size="small" onClick={() => void remove(draft)}>
            {t('drafts.remove')}
          </Button>
        </Row>
      )}
    />
  );
}

function TimeDialog({ post, onDone, onClose }: { post: ScheduledStatus; onDone: () => void; onClose: () => void }) {
  const value = useSignal(toField(new Date(post.scheduled_at)));
  const form = useForm(async () => {
    const scheduled_at = new Date(value.peek()).toISOString();
    await request('PUT', `/api/v1/scheduled_statuses/${post.id}`, { body: { scheduled_at } });
    tell(t('compose.scheduled', { time: fullTime(scheduled_at, locale.value) }));
    onDone();
  });
  return (
    <Dialog title={t('scheduled.changeTime')} onClose={onClose}>
      <form class={styles.form} onSubmit={form.send}>
        <Schedule value={value.value} onChange={(time) => (value.value = time)} />
        <Problem text={form.problem.value || form.fields.value['scheduled_at']} />
        <Button type="submit" look="filled" disabled={isTooSoon(value.value)} isBusy={form.isBusy.value}>
          {t('scheduled.save')}
        </Button>
      </form>
    </Dialog>
  );
}

function Scheduled() {
  const list = useUnsent<ScheduledStatus>('/api/v1/scheduled_statuses');
  const moved = useSignal<ScheduledStatus | null>(null);
  const remove = async (post: ScheduledStatus) => {
    const isSure = await ask({
      title: t('scheduled.cancelTitle'),
      text: t('scheduled.cancelText'),
      yes: t('scheduled.cancel'),
      isDangerous: true,
    });
    if (!isSure) return;
    await request('DELETE', `/api/v1/scheduled_statuses/${post.id}`).then(() => list.replace(post), tellFailure);
  };
  const rewrite = (post: ScheduledStatus) => void rewriteScheduled(post).catch(tellFailure);
  return (
    <>
      <Pages
        list={list}
        label={t('scheduled.title')}
        empty={
          <EmptyNote title={t('scheduled.none')} icon={<CalendarClock size={28} aria-hidden />}>
            {t('scheduled.noneHint')}
          </EmptyNote>
        }
        row={(post) => (
          <Row
            key={post.id}
            head={<time dateTime={post.scheduled_at}>{fullTime(post.scheduled_at, locale.value)}</time>}
            warning={post.params.spoiler_text}
            text={post.params.text}
            media={post.media_attachments}
            hasPoll={post.params.poll !== null}
          >
            <Button size="small" onClick={() => (moved.value = post)}>
              {t('scheduled.changeTime')}
            </Button>
            <Button size="small" onClick={() => rewrite(post)}>
              {t('scheduled.edit')}
            </Button>
            <Button size="small" onClick={() => void remove(post)}>
              {t('scheduled.cancel')}
            </Button>
          </Row>
        )}
      />
      {moved.value && (
        <TimeDialog
          post={moved.value}
          onClose={() => (moved.value = null)}
          onDone={() => {
            moved.value = null;
            void list.reload();
          }}
        />
      )}
    </>
  );
}

/** `/drafts` and `/drafts/scheduled` */
export function UnsentPage({ side }: { side: 'drafts' | 'scheduled' }) {
  return (
    <>
      <PageHeader title={t('nav.drafts')} tabTitle={t(`${side}.title`)} hasBack />
      <TabLinks
        label={t('nav.drafts')}
        tabs={[
          { label: t('drafts.title'), href: '/drafts', isCurrent: side === 'drafts' },
          { label: t('scheduled.title'), href: '/drafts/scheduled', isCurrent: side === 'scheduled' },
        ]}
      />
      {side === 'drafts' ? <Drafts /> : <Scheduled />}
    </>
  );
}
