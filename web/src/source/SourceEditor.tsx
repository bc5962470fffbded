import { lazy, Suspense, useMemo, useRef } from 'react';
import type { EditedFile } from '@/editor/edited-file';
import { Notices } from '@/editor/Notices';
import { useFile } from '@/editor/use-file';
import { Loading } from '@/parts/Loading';
import { Switch } from '@/parts/Switch';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/source';
import type { EditorProps, Jumping } from './CodeEditor';
import { PlainEditor } from './PlainEditor';
import { Problems } from './Problems';
import { setPlainSource, usePlainSource } from './plain-preference';
import style from './SourceEditor.module.css';
import { type Checked, useChecked } from './use-checked';

const CodeEditor = lazy(() => import('./CodeEditor'));
const JsonEditor = lazy(() => import('./JsonEditor'));

interface Props {
  file: EditedFile;
  /** The schema of an e.json, such as `task`. */
  schema?: string;
  /** What else is wrong in a text; it is shown while that is the text. */
  failed?: Checked | null;
  readOnly: boolean;
}

/** The source of one file: its text, what is wrong in it, and what it asks (rule C11). */
export function SourceEditor(props: Props) {
  const { buffer, error } = useFile(props.file);
  if (buffer === null) return error ? <Trouble error={error} /> : <Loading />;
  return <OpenSource {...props} />;
}

function OpenSource({ file, schema, failed = null, readOnly }: Props) {
  const text = useSection(words);
  const plain = usePlainSource();
  const found = useChecked(file);
  const checked = useMemo(() => withFailure(found, failed), [found, failed]);
  const { buffer } = useFile(file);
  const editor = useRef<Jumping>(null);
  const label = plain ? text.plainEditor(file.name) : text.editor(file.name);
  const props: EditorProps = { file, label, typing: text.typing, readOnly, checked, ref: editor };
  return (
    <div className={style.source}>
      <Notices file={file} />
      {buffer?.base.sha256 === null && <p className={style.hint}>{text.absent(file.name)}</p>}
      <Suspense fallback={<Loading />}>
        {plain ? (
          <PlainEditor {...props} />
        ) : schema === undefined ? (
          <CodeEditor {...props} />
        ) : (
          <JsonEditor {...props} schema={schema} />
        )}
      </Suspense>
      <div className={style.below}>
        <Switch label={text.plainText} isSelected={plain} onChange={setPlainSource} />
        {!plain && <span className={style.hint}>{text.leaving}</span>}
      </div>
      {checked.error ? <Trouble error={checked.error} /> : null}
      <Problems
        text={checked.text}
        diagnostics={checked.diagnostics}
        jump={(range) => editor.current?.jump(range)}
      />
    </div>
  );
}

function withFailure(checked: Checked, failed: Checked | null): Checked {
  if (failed === null || failed.text !== checked.text) return checked;
  return { ...checked, diagnostics: [...checked.diagnostics, ...failed.diagnostics] };
}
