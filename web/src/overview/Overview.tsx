import { useQuery } from '@tanstack/react-query';
import { statusQuery, treeQuery } from '@/api/elements';
import { sessionQuery } from '@/api/session';
import { Empty } from '@/parts/Empty';
import { Loading } from '@/parts/Loading';
import { viewerZone } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/overview';
import { ComingUp } from './ComingUp';
import { Counts } from './Counts';
import { NewestRecords } from './NewestRecords';
import style from './Overview.module.css';
import { Paused } from './Paused';
import { Problems } from './Problems';
import { RunningNow } from './RunningNow';
import { Runtimes } from './Runtimes';

/** The first screen: what is wrong, what runs, what comes, what has been. */
export function Overview() {
  const text = useSection(words);
  const status = useQuery(statusQuery);
  const { data: tree } = useQuery(treeQuery);
  const { data: session } = useQuery(sessionQuery);
  if (status.isPending) return <Loading />;
  if (status.error) return <Trouble error={status.error} retry={() => void status.refetch()} />;
  const { problems, well, queue, paused, runtimes } = status.data;
  const hasTasks = tree === undefined || tree.some((element) => element.kind === 'tasks');
  const hasRun = runtimes.length > 0; // before, there may be no run store to ask
  return (
    <div className={style.page}>
      <h1>{session?.tree}</h1>
      <Problems problems={problems} well={well} />
      <Counts queue={queue} hasRun={hasRun} />
      {!hasTasks && (
        <Empty>
          <p>{text.emptyTree}</p>
          <p>{text.emptyTreeText}</p>
        </Empty>
      )}
      <div className={style.columns}>
        <div className={style.column}>
          <NewestRecords hasRun={hasRun} />
          {hasRun && <RunningNow />}
        </div>
        <div className={style.column}>
          <ComingUp />
          <Paused pauses={paused} />
          <Runtimes runtimes={runtimes} />
        </div>
      </div>
      {session && session.timezone !== viewerZone && (
        <p className={style.quiet}>{text.zones(session.timezone, viewerZone)}</p>
      )}
    </div>
  );
}
