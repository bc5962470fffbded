import { Link, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';
import type { TreeElement } from '@/api/elements';
import { may, type Session } from '@/api/session';
import type { EditedFile } from '@/editor/edited-file';
import { LeaveGuard } from '@/editor/LeaveGuard';
import { SaveBar } from '@/editor/SaveBar';
import { useEditedFiles, useFile, useIsDirty } from '@/editor/use-file';
import { Icon } from '@/parts/Icon';
import { Loading } from '@/parts/Loading';
import { PreviewPanel } from '@/preview/PreviewPanel';
import { useSection } from '@/words';
import * as words from '@/words/element';
import { Banner } from './Banner';
import { factsOf } from './document';
import style from './ElementPage.module.css';
import { Gone } from './Gone';
import { Header } from './Header';
import { ModeSwitch } from './ModeSwitch';
import { SourceTabs } from './SourceTabs';
import { filesOf } from './search';
import { MoreMenu, TaskActions } from './TaskActions';
import { VisualMode } from './VisualMode';

/** What the page of an element needs. */
export interface ElementProps {
  element: TreeElement;
  session: Session;
  /** Whether others have deleted it since it was opened. */
  isGone: boolean;
}

/** A task: its form or its source, with the preview beside it always (rules C7, C9, C11). */
export function TaskPage({ element, session, isGone }: ElementProps) {
  const { name, kind, type } = element;
  const text = useSection(words);
  const search = useSearch({ from: '/elements/$name' });
  const isSource = search.mode === 'source';
  const files = useEditedFiles(name, filesOf(kind, type, name));
  const isEdited = useIsDirty(files);
  const eJson = files.first;
  const current =
    (isSource ? files.all.find((file) => file.name === search.file) : undefined) ?? eJson;
  const { buffer } = useFile(eJson);
  const title = factsOf(buffer?.text ?? '').title ?? element.title;
  const editable = may(session, 'edit');
  if (isGone && !isEdited) return <Gone name={name} />;
  return (
    <div className={style.page} data-editable={editable || undefined}>
      <LeaveGuard files={files} />
      <Header element={element} title={title}>
        <Link to="/records" search={{ task: name }} className={style.records}>
          <Icon name="list" />
          {text.executionRecords}
        </Link>
        <ModeSwitch name={name} isSource={isSource} />
        <TaskActions name={name} title={title} files={files} session={session} />
        {editable && <MoreMenu name={name} title={title} />}
      </Header>
      <Banner name={name} />
      {editable && <SaveBar files={files} current={current} />}
      <div className={style.columns}>
        <Suspense fallback={<Loading />}>
          {isSource ? (
            <SourceTabs
              name={name}
              files={files}
              shown={current.name}
              search={search}
              schema="task"
              readOnly={!editable}
            />
          ) : (
            <VisualMode files={files} readOnly={!editable} session={session} />
          )}
        </Suspense>
        <Beside file={eJson} />
      </div>
    </div>
  );
}

function Beside({ file }: { file: EditedFile }) {
  const { buffer } = useFile(file);
  if (buffer === null) return null;
  return (
    <aside className={style.beside}>
      <PreviewPanel task={file.element} text={buffer.text} />
    </aside>
  );
}
