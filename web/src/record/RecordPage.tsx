import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type RunRecord, recordQuery } from '@/api/records';
import { NotFound } from '@/app/NotFound';
import { Loading } from '@/parts/Loading';
import { Scrollable } from '@/parts/Scrollable';
import { StatusBadge } from '@/parts/StatusBadge';
import { Trouble } from '@/parts/Trouble';
import { useTaskTitle } from '@/records/words';
import { useSection } from '@/words';
import * as recordWords from '@/words/record';
import * as listWords from '@/words/records';
import { Actions } from './Actions';
import { Attempts } from './Attempts';
import { Facts } from './Facts';
import { Failure } from './Failure';
import { Log } from './Log';
import style from './RecordPage.module.css';
import { Version } from './Version';

const route = getRouteApi('/records/$id');

/** One run: what became of it, what it printed, which code it ran (rule C17). */
export function RecordPage() {
  const { id } = route.useParams();
  const run = Number(id);
  if (!Number.isSafeInteger(run) || run < 1) return <NotFound />;
  return <Loaded key={run} run={run} />;
}

function Loaded({ run }: { run: number }) {
  const found = useQuery(recordQuery(run));
  if (found.isPending) return <Loading />;
  if (found.data === undefined) {
    return <Trouble error={found.error} retry={() => void found.refetch()} />;
  }
  return <Shown record={found.data} />;
}

function Shown({ record }: { record: RunRecord }) {
  const text = useSection(recordWords);
  const { reasons } = useSection(listWords);
  const titleOf = useTaskTitle();
  return (
    <article className={style.page}>
      <header className={style.head}>
        <div className={style.names}>
          <h1>
            <Link to="/elements/$name" params={{ name: record.task }}>
              {titleOf(record.task)}
            </Link>{' '}
            <span className={style.number}>{text.title(record.id)}</span>
          </h1>
          <p className={style.status} role="status">
            <StatusBadge status={record.status} />
            {record.reason && <span>{reasons[record.reason] ?? record.reason}</span>}
            {record.detail && <span className={style.detail}>{record.detail}</span>}
          </p>
        </div>
        <Actions record={record} />
      </header>
      <Facts record={record} />
      {record.error !== null && <Failure record={record} error={record.error} />}
      {record.status === 'completed' && <Result result={record.result} />}
      <Log record={record} />
      {record.attempts.length > 0 && <Attempts record={record} />}
      <Version record={record} />
    </article>
  );
}

function Result({ result }: { result: string | null }) {
  const text = useSection(recordWords);
  return (
    <section aria-labelledby="result" className={style.section}>
      <h2 id="result">{text.result}</h2>
      {result === null || result === 'null' ? (
        <p className={style.quiet}>{text.noResult}</p>
      ) : (
        <Scrollable label={text.result} className={style.code}>
          <pre>{readable(result)}</pre>
        </Scrollable>
      )}
    </section>
  );
}

/** A result with its lines apart; one that was cut is no JSON, and is shown as it is. */
function readable(result: string): string {
  try {
    return JSON.stringify(JSON.parse(result), null, 2);
  } catch {
    return result;
  }
}
