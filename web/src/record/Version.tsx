import { useQuery } from '@tanstack/react-query';
import {
  type ComparedFile,
  type RunRecord,
  type RunVersion,
  recordVersionQuery,
} from '@/api/records';
import { Loading } from '@/parts/Loading';
import { Scrollable } from '@/parts/Scrollable';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/record';
import page from './RecordPage.module.css';
import style from './Version.module.css';

/** The code that ran, file by file, and how it differs from the code now. */
export function Version({ record }: { record: RunRecord }) {
  const text = useSection(words);
  const found = useQuery(recordVersionQuery(record));
  return (
    <section aria-labelledby="version" className={page.section}>
      <h2 id="version">{text.version}</h2>
      {found.isPending && <Loading />}
      {found.error && <Trouble error={found.error} retry={() => void found.refetch()} />}
      {found.data && <Compared version={found.data} />}
    </section>
  );
}

function Compared({ version }: { version: RunVersion }) {
  const text = useSection(words);
  if (version.version === null) return <p className={page.quiet}>{text.notBegun}</p>;
  const same = version.version === version.current;
  return (
    <>
      <p>
        <code title={version.version}>{version.version.slice(0, 12)}</code>{' '}
        {same ? text.isCurrent : version.current === null ? text.taskGone : text.hasChanged}
      </p>
      {!version.kept && <p className={page.quiet}>{text.notKept}</p>}
      <ul className={style.files}>
        {version.files.map((file) => (
          <li key={file.path}>
            <File file={file} />
          </li>
        ))}
      </ul>
    </>
  );
}

function File({ file }: { file: ComparedFile }) {
  const text = useSection(words);
  return (
    <details className={style.file} open={file.change === 'changed' && !file.withheld}>
      <summary>
        <code>{file.path}</code>{' '}
        <span className={style.change} data-change={file.change}>
          {text.changes[file.change]}
        </span>
      </summary>
      <Content file={file} />
    </details>
  );
}

function Content({ file }: { file: ComparedFile }) {
  const text = useSection(words);
  if (file.withheld) return <p className={style.remark}>{text.withheld}</p>;
  if (file.change === 'same')
    return (
      <Scrollable label={file.path} className={style.lines}>
        <pre>{file.text}</pre>
      </Scrollable>
    );
  if (file.lines.length === 0) return <p className={style.remark}>{text.tooLong}</p>;
  return (
    <Scrollable label={file.path} className={style.lines}>
      <pre>
        {file.lines.map((line) => (
          <div
            key={`${line.mark} ${line.then} ${line.now}`}
            className={style.line}
            data-mark={line.mark}
          >
            <span className={style.numbers} aria-hidden="true">
              <span>{line.then}</span>
              <span>{line.now}</span>
              <span>{{ added: '+', removed: '−', same: '', gap: '⋯' }[line.mark]}</span>
            </span>
            {text.lineMarks[line.mark] && (
              <span className="visually-hidden">{text.lineMarks[line.mark]} </span>
            )}
            <span>{line.text}</span>
          </div>
        ))}
      </pre>
    </Scrollable>
  );
}
