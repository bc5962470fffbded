import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { nextQuery, type Status, statusQuery, treeQuery } from '@/api/elements';
import { sessionQuery } from '@/api/session';
import { Empty } from '@/parts/Empty';
import { Icon } from '@/parts/Icon';
import { Loading } from '@/parts/Loading';
import { Time, viewerZone } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useWords } from '@/words';
import style from './Overview.module.css';

/** The first screen: what is wrong, what runs, what comes. */
export function Overview() {
  const { app } = useWords();
  const status = useQuery(statusQuery);
  const { data: session } = useQuery(sessionQuery);
  if (status.isPending) return <Loading />;
  if (status.error) return <Trouble error={status.error} retry={() => void status.refetch()} />;
  return (
    <div className={style.page}>
      <h1>{session?.tree}</h1>
      <Problems status={status.data} />
      <Queue queue={status.data.queue} />
      <Runtimes runtimes={status.data.runtimes} />
      <ComingUp />
      {session && session.timezone !== viewerZone && (
        <p className={style.zones}>{app.zones(session.timezone, viewerZone)}</p>
      )}
    </div>
  );
}

function Problems({ status }: { status: Status }) {
  const { app } = useWords();
  if (status.problems.length === 0) return null;
  return (
    <section aria-labelledby="wrong" className={style.problems}>
      <h2 id="wrong">{app.wrong}</h2>
      <ul>
        {status.problems.map((problem) => (
          <li key={`${problem.code} ${problem.element} ${problem.text}`}>
            <Icon name="warning" />
            <span>
              {problem.element ? (
                <Link to="/elements/$name" params={{ name: problem.element }}>
                  {problem.text}
                </Link>
              ) : (
                problem.text
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Queue({ queue }: { queue: Status['queue'] }) {
  const { app } = useWords();
  return (
    <section aria-label={app.queue} className={style.queue}>
      {(['pending', 'executing', 'overdue'] as const).map((state) => (
        <Link key={state} to="/records" search={{ status: state }} className={style.count}>
          <strong>{queue[state]}</strong>
          <span>{app[state]}</span>
        </Link>
      ))}
    </section>
  );
}

function Runtimes({ runtimes }: { runtimes: Status['runtimes'] }) {
  const { app } = useWords();
  const alive = runtimes.filter((runtime) => runtime.alive);
  return (
    <section aria-labelledby="runtimes" className={style.block}>
      <h2 id="runtimes">{app.runtimes}</h2>
      {alive.length === 0 && <Empty>{app.noRuntime}</Empty>}
      <ul>
        {alive.map((runtime) => (
          <li key={runtime.id}>
            <code>
              {runtime.host}:{runtime.pid}
            </code>{' '}
            <Time at={runtime.started} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ComingUp() {
  const { app } = useWords();
  const next = useQuery(nextQuery);
  const { data: elements } = useQuery(treeQuery);
  const titles = new Map(elements?.map((element) => [element.name, element.title]));
  if (next.isPending) return <Loading />;
  if (next.error) return <Trouble error={next.error} retry={() => void next.refetch()} />;
  return (
    <section aria-labelledby="coming" className={style.block}>
      <h2 id="coming">{app.comingUp}</h2>
      {next.data.length === 0 && <Empty>{app.nothingComingUp}</Empty>}
      <ol>
        {next.data.map((occurrence) => (
          <li key={`${occurrence.task} ${occurrence.nominal}`} className={style.coming}>
            <Time at={occurrence.effective ?? occurrence.nominal} zone={occurrence.zone} />
            <Link to="/elements/$name" params={{ name: occurrence.task }}>
              {titles.get(occurrence.task) ?? occurrence.task}
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
