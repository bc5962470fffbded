import { useNavigate } from '@tanstack/react-router';
import { Suspense } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { FileName } from '@/api/files';
import { isDirty } from '@/editor/buffer';
import type { EditedFiles } from '@/editor/edited-files';
import { useFileStates } from '@/editor/use-file';
import { Loading } from '@/parts/Loading';
import { SourceEditor } from '@/source/SourceEditor';
import { useSection } from '@/words';
import * as words from '@/words/element';
import style from './SourceTabs.module.css';
import type { ElementSearch } from './search';

const WITH_SCHEMA: readonly FileName[] = ['e.json', 'app.json'];

interface Props {
  name: string;
  files: EditedFiles;
  shown: FileName;
  search: ElementSearch;
  /** The schema of the e.json, or of the app.json. */
  schema: string;
  readOnly: boolean;
}

/** The files of an element as sources, each in a tab; the address says which is open. */
export function SourceTabs({ name, files, shown, search, schema, readOnly }: Props) {
  const text = useSection(words);
  const navigate = useNavigate();
  const states = useFileStates(files);
  const show = (key: unknown) =>
    void navigate({
      to: '/elements/$name',
      params: { name },
      search: { ...search, file: files.all.find((file) => file.name === key)?.name },
      replace: true,
    });
  return (
    <Tabs selectedKey={shown} onSelectionChange={show} className={style.tabs}>
      <TabList aria-label={text.files} className={style.list}>
        {files.all.map((file, index) => {
          const buffer = states[index]?.buffer;
          return (
            <Tab key={file.name} id={file.name} className={style.tab}>
              {file.name}
              {buffer && isDirty(buffer) && ' •'}
            </Tab>
          );
        })}
      </TabList>
      {files.all.map((file) => (
        <TabPanel key={file.name} id={file.name} className={style.panel}>
          <Suspense fallback={<Loading />}>
            <SourceEditor
              file={file}
              schema={WITH_SCHEMA.includes(file.name) ? schema : undefined}
              readOnly={readOnly}
            />
          </Suspense>
        </TabPanel>
      ))}
    </Tabs>
  );
}
