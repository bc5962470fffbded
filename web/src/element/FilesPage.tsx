import { useSearch } from '@tanstack/react-router';
import { may } from '@/api/session';
import { SHARED } from '@/api/shared-files';
import { LeaveGuard } from '@/editor/LeaveGuard';
import { SaveBar } from '@/editor/SaveBar';
import { useEditedFiles, useIsDirty } from '@/editor/use-file';
import style from './ElementPage.module.css';
import { Gone } from './Gone';
import { Header } from './Header';
import { SourceTabs } from './SourceTabs';
import { filesOf, schemaOf } from './search';
import { MoreMenu } from './TaskActions';
import type { ElementProps } from './TaskPage';

/** A service, model or database, the app or a shared module: its files. */
export function FilesPage({ element, session, isGone }: ElementProps) {
  const { name, kind, type, title } = element;
  const search = useSearch({ from: '/elements/$name' });
  const files = useEditedFiles(name, filesOf(kind, type, name));
  const current = files.all.find((file) => file.name === search.file) ?? files.first;
  const editable = may(session, 'edit');
  const isEdited = useIsDirty(files);
  if (isGone && !isEdited) return <Gone name={name} />;
  return (
    <div className={style.page} data-editable={editable || undefined}>
      <LeaveGuard files={files} />
      <Header element={element} title={title}>
        {editable && kind !== SHARED && <MoreMenu name={name} title={title} />}
      </Header>
      {editable && <SaveBar files={files} current={current} />}
      <SourceTabs
        name={name}
        files={files}
        shown={current.name}
        search={search}
        schema={schemaOf(kind)}
        readOnly={!editable}
      />
    </div>
  );
}
