import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '@/api/session';
import { previewQuery } from '@/api/unsaved';
import { usePreferences } from '@/app/preferences';
import { useDebounced } from '@/editor/use-debounced';
import TaskForm from '@/task-form/TaskForm';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
import { dateFieldDraft, scheduledDraft, titleOf, withoutUnfinished } from './drafts';
import { Frame } from './Frame';
import { NameInputs } from './NameInputs';
import style from './NewElement.module.css';
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
  const [wasSent, setWasSent] = useState(false);
  const title = titleOf(text);
  const naming = useName('tasks', title);
  const create = useCreate(close);
  const asked = useDebounced(text, PAUSE_MILLIS);
  const { data: preview } = useQuery(previewQuery(UNNAMED, asked, { language, rows: false }));
  const found = preview?.diagnostics ?? [];
  const submit = () => {
    setWasSent(true);
    if (title !== '') create.mutate({ kind: 'task', body: { title, text, ...naming.chosen } });
  };
  return (
    <Frame
      title={said.titles[kind]}
      wide
      close={close}
      submit={submit}
      isPending={create.isPending}
      error={create.error ?? (wasSent && title === '' ? new Error(said.titleNeeded) : null)}
    >
      <TaskForm
        text={text}
        onEdit={setText}
        diagnostics={wasSent ? found : withoutUnfinished(text, found)}
        brief={<NameInputs naming={naming} />}
      />
      <p className={style.sentence} aria-live="polite">
        {preview?.sentence}
      </p>
    </Frame>
  );
}
