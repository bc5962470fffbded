import type { ReactNode } from 'react';
import { Group } from 'react-aria-components';
import { type Change, edit, readDocument, valueAt } from '@/document';
import type { Unread } from '@/editor/unread';
import { tell } from '@/parts/Toasts';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { FormProvider } from './form';
import { OtherProblems } from './OtherProblems';
import type { Diagnostic } from './problems';
import { SourceOnly } from './SourceOnly';
import { General } from './sections/General';
import { Head } from './sections/Head';
import { Policy } from './sections/Policy';
import { TaskFunction } from './sections/TaskFunction';
import { Timing } from './sections/Timing';
import { TypeCell } from './sections/TypeCell';
import style from './TaskForm.module.css';
import { UnreadContext } from './unread-context';

interface Props {
  /** The text of an e.json, saved or not. */
  text: string;
  /** Takes the text after an edit, and what was edited, for the undo history. */
  onEdit: (text: string, label: string) => void;
  /** What the server says of the text. */
  diagnostics: readonly Diagnostic[];
  readOnly?: boolean;
  /** Is told which controls hold a text that is not taken over. */
  unread: Unread;
  /** For a new task: what stands below its title, and no settings that can wait. */
  brief?: ReactNode;
}

/** The settings of a task as controls: a view of its text, which it edits by splices (C7, C12). */
export default function TaskForm({
  text,
  onEdit,
  diagnostics,
  readOnly = false,
  unread,
  brief,
}: Props) {
  const said = useSection(words);
  const reading = readDocument(text);
  if ('problem' in reading) return <SourceOnly text={text} problem={reading.problem} />;
  const { document } = reading;
  const root = document.value;
  const ofFile = diagnostics.filter(({ file }) => file === 'e.json' || file.endsWith('/e.json'));
  const hasRows = valueAt(root, ['type']) === 'tasks.DateFieldType';
  const change = (changes: readonly Change[], label: string) => {
    const edited = edit(text, changes);
    if ('refused' in edited) tell({ text: said.notMade, look: 'bad' });
    else if (edited.text !== text) onEdit(edited.text, label);
  };
  return (
    <FormProvider value={{ document, root, diagnostics: ofFile, readOnly, change }}>
      <UnreadContext value={unread}>
        <Group aria-label={said.form} className={style.form}>
          <OtherProblems />
          <TypeCell />
          {brief === undefined ? <General /> : <Head>{brief}</Head>}
          <Timing hasRows={hasRows} />
          {brief === undefined && <TaskFunction hasRows={hasRows} />}
          {brief === undefined && <Policy />}
        </Group>
      </UnreadContext>
    </FormProvider>
  );
}
