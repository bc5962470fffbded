import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Status } from '@/api/elements';
import { recordCountsQuery } from '@/api/records';
import type { RecordSearch } from '@/records/search';
import { useSection } from '@/words';
import * as words from '@/words/overview';
import style from './Overview.module.css';

/** How many runs wait, run, are late and failed today; each leads to its records. */
export function Counts({ queue, hasRun }: { queue: Status['queue']; hasRun: boolean }) {
  const text = useSection(words);
  const { data: today } = useQuery({ ...recordCountsQuery({ from: 'today' }), enabled: hasRun });
  return (
    <section aria-label={text.counts} className={style.counts}>
      <Count label={text.executing} count={queue.executing} search={{ status: 'executing' }} />
      <Count label={text.pending} count={queue.pending} search={{ status: 'pending' }} />
      <Count label={text.overdue} count={queue.overdue} search={{ status: 'overdue' }} grave />
      <Count
        label={text.failedToday}
        count={hasRun ? (today?.failed.count ?? null) : 0}
        isCapped={today?.failed.capped}
        search={{ status: 'failed', from: 'today' }}
        grave
      />
    </section>
  );
}

interface Props {
  label: string;
  /** Null while it is not known. */
  count: number | null;
  isCapped?: boolean;
  search: RecordSearch;
  /** Whether anything but none is bad. */
  grave?: boolean;
}

function Count({ label, count, isCapped = false, search, grave = false }: Props) {
  return (
    <Link
      to="/records"
      search={search}
      className={style.count}
      data-grave={grave && Boolean(count)}
    >
      <strong>
        {count === null ? '…' : count.toLocaleString()}
        {isCapped && '+'}
      </strong>
      <span>{label}</span>
    </Link>
  );
}
