import { lazy, Suspense, useId } from 'react';
import type { Session } from '@/api/session';
import type { EditedFiles } from '@/editor/edited-files';
import { Notices } from '@/editor/Notices';
import { useFile } from '@/editor/use-file';
import { Loading } from '@/parts/Loading';
import { Trouble } from '@/parts/Trouble';
import { SourceEditor } from '@/source/SourceEditor';
import { useChecked } from '@/source/use-checked';
import { useSection } from '@/words';
import * as words from '@/words/element';
import { factsOf } from './document';
import style from './ElementPage.module.css';

const TaskForm = lazy(() => import('@/task-form/TaskForm'));

interface Props {
  files: EditedFiles;
  readOnly: boolean;
  session: Session;
}

/** The settings of a task as a form, and its own function as source below (rule C7). */
export function VisualMode({ files, readOnly }: Props) {
  const text = useSection(words);
  const file = files.first;
  const inner = files.get('inner.py');
  const { buffer, error } = useFile(file);
  const { diagnostics } = useChecked(file);
  const title = useId();
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
        />
      </Suspense>
      {inner && factsOf(buffer.text).isInner && (
        <section aria-labelledby={title} className={style.section}>
          <h2 id={title}>{text.function}</h2>
          <SourceEditor file={inner} readOnly={readOnly} />
        </section>
      )}
    </div>
  );
}
