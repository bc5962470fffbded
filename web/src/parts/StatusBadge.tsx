import { useSection } from '@/words';
import * as words from '@/words/records';
import style from './StatusBadge.module.css';

/** The status of a run, in words and by colour and shape. */
export function StatusBadge({ status }: { status: string }) {
  const { statuses } = useSection(words);
  return (
    <span className={style.badge} data-status={status}>
      {statuses[status] ?? status}
    </span>
  );
}
