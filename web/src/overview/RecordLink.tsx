import { Link } from '@tanstack/react-router';
import type { RunRecord } from '@/api/records';
import { RowName } from '@/records/RowName';
import { useTaskTitle } from '@/records/words';
import style from './Overview.module.css';

/** The title of a run's task, with its row, as a link to the record. */
export function RecordLink({ record }: { record: RunRecord }) {
  const titleOf = useTaskTitle();
  return (
    <Link to="/records/$id" params={{ id: String(record.id) }} className={style.name}>
      {titleOf(record.task)}
      {record.row !== null && (
        <span className={style.quiet}>
          {' '}
          <RowName task={record.task} row={record.row} />
        </span>
      )}
    </Link>
  );
}
