import { lazy, Suspense, useId, useMemo, useState } from 'react';
import { may, type Session } from '@/api/session';
import type { EditedFiles } from '@/editor/edited-files';
import { Notices } from '@/editor/Notices';
import { useFile } from '@/editor/use-file';
import { Loading } from '@/parts/Loading';
import { Trouble } from '@/parts/Trouble';
import { SourceEditor } from '@/source/SourceEditor';
import { type Checked, useChecked } from '@/source/use-checked';
import { useSection } from '@/words';
import * as words from '@/words/element';
import { factsOf } from './document';
import style from './ElementPage.module.css';
import { TryPanel } from './TryPanel';
import { errorInInner, type Tried } from './trial';

const TaskForm = lazy(() => import('@/task-form/TaskForm'));

interface Props {
  files: EditedFiles;
  readOnly: boolean;
  session: Session;
}

/** The settings of a task as a form, and its own function as source below (rule C7). */
export function VisualMode({ files, readOnly, session }: Props) {
  const text = useSection(words);
  const file = files.first;
  const inner = files.get('inner.py');
  const { buffer, error } = useFile(file);
  const { diagnostics } = useChecked(file);
  const title = useId();
  const [tried, setTried] = useState<Tried | null>(null);
  const failed = useMemo(() => failureOf(tried), [tried]);
  if (buffer === null) return error ? <Trouble error={error} /> : <Loading />;
  return (
    <div className={style.main}>
      <Notices file={file} />
      <Suspense fallback={<Loading />}>
        <TaskForm
          text={buffer.text}
          onEdit={file.edit}
          diagnostics={diagnostics}
          readOnly={readOnly}
          unread={files.unread}
        />
      </Suspense>
      {inner && factsOf(buffer.text).isInner && (
        <section aria-labelledby={title} className={style.section}>
          <h2 id={title}>{text.function}</h2>
          <SourceEditor file={inner} readOnly={readOnly} failed={failed} />
        </section>
      )}
      {may(session, 'operate') && <TryPanel task={file.element} files={files} onTried={setTried} />}
    </div>
  );
}

/** Where the last trial failed in inner.py, with the text that it ran. */
function failureOf(tried: Tried | null): Checked | null {
  const error = tried && errorInInner(tried);
  return tried && error && { text: tried.inner, diagnostics: [error], error: null };
}
