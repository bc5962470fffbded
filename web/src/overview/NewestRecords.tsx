import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { newestRecordsQuery } from '@/api/records';
import { Empty } from '@/parts/Empty';
import { Loading } from '@/parts/Loading';
import { StatusBadge } from '@/parts/StatusBadge';
import { Time } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/overview';
import { Block } from './Block';
import style from './Overview.module.css';
import { RecordLink } from './RecordLink';

const MOST_SHOWN = 8;
const ended = ['completed', 'failed', 'skipped', 'cancelled'] as const;

/** What has run last. */
export function NewestRecords({ hasRun }: { hasRun: boolean }) {
  const text = useSection(words);
  const newest = useQuery({ ...newestRecordsQuery({ status: ended }), enabled: hasRun });
  const all = (
    <Link to="/records" search={{}}>
      {text.allRecords}
    </Link>
  );
  return (
    <Block title={text.newest} more={all}>
      {newest.isLoading && <Loading />}
      {newest.error && <Trouble error={newest.error} retry={() => void newest.refetch()} />}
      {(!hasRun || newest.data?.records.length === 0) && <Empty>{text.nothingRan}</Empty>}
      <ul>
        {newest.data?.records.slice(0, MOST_SHOWN).map((record) => (
          <li key={record.id} className={style.line}>
            <StatusBadge status={record.status} />
            <RecordLink record={record} />
            <small>
              <Time at={record.finished ?? record.effective} seconds />
            </small>
          </li>
        ))}
      </ul>
    </Block>
  );
}
