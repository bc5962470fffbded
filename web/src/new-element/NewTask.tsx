import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { sessionQuery } from '@/api/session';
import { previewQuery } from '@/api/unsaved';
import { usePreferences } from '@/app/preferences';
import { Unread } from '@/editor/unread';
import { useDebounced } from '@/parts/use-debounced';
import TaskForm from '@/task-form/TaskForm';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
import { dateFieldDraft, missingIn, scheduledDraft, titleOf, withoutUnfinished } from './drafts';
import { Frame } from './Frame';
import { NameInputs } from './NameInputs';
import { useCreate } from './use-create';
import { useName } from './use-name';

interface Props {
  kind: 'scheduled' | 'dateField';
  close: () => void;
}

const PAUSE_MILLIS = 200;
const UNNAMED = 'tasks.New';

/** A new task is composed in the editor's own form, and what it would do is said below. */
export function NewTask({ kind, close }: Props) {
  const said = useSection(words);
  const { language } = usePreferences();
  const { data: session } = useQuery(sessionQuery);
  const zone = session?.timezone ?? 'UTC';
  const [text, setText] = useState(() =>
    kind === 'scheduled' ? scheduledDraft(new Date(), zone) : dateFieldDraft(),
  );
  const [unread] = useState(() => new Unread());
  const [wasSent, setWasSent] = useState(false);
  const title = titleOf(text);
  const naming = useName('tasks', title);
  const create = useCreate(close);
  const asked = useDebounced(text, PAUSE_MILLIS);
  const { data: preview } = useQuery(previewQuery(UNNAMED, asked, { language, rows: false }));
  const found = withoutUnfinished(text, preview?.diagnostics ?? []);
  const missing = missingIn(text, said.missing);
  const submit = (form: HTMLElement) => {
    flushSync(() => setWasSent(true));
    if (missing.length + unread.snapshot().length === 0) {
      create.mutate({ kind: 'task', body: { title, text, ...naming.chosen } });
    } else {
      form.querySelector<HTMLElement>('input[data-invalid], [data-invalid] > button')?.focus();
    }
  };
  return (
    <Frame
      title={said.titles[kind]}
      wide
      close={close}
      submit={submit}
      isPending={create.isPending}
      error={create.error}
      sentence={preview?.sentence ?? ''}
    >
      <TaskForm
        text={text}
        onEdit={setText}
        unread={unread}
        diagnostics={wasSent ? [...missing, ...found] : found}
        brief={<NameInputs naming={naming} />}
      />
    </Frame>
  );
}
