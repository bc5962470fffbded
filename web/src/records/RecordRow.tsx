import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RunRecord } from '@/api/records';
import { StatusBadge } from '@/parts/StatusBadge';

import { useSection } from '@/words';
import * as words from '@/words/records';
import { duration, durationText, lateness } from './durations';
import style from './RecordTable.module.css';
import { RowName } from './RowName';
import { ShortTime } from './ShortTime';
import { useNow } from './useNow';
import { useTaskTitle } from './words';

interface Props {
  record: RunRecord;
  index: number;
  /** Whether Tab reaches it; arrows reach the others. */
  reachable: boolean;
  onFocus: () => void;
  measure: (row: HTMLElement | null) => void;
  /** Pixels from the top of the rows. */
  top: number;
}

/** One record; all of its row is the link to it. */
export function RecordRow({ record, index, reachable, onFocus, measure, top }: Props) {
  const { columns, units, reasons, triggers, late } = useSection(words);
  const titleOf = useTaskTitle();
  const lateMillis = lateness(record);
  const tookMillis = duration(record, useNow(record.status === 'executing'));
  const reason = record.reason && (reasons[record.reason] ?? record.reason);
  return (
    <tr
      ref={measure}
      aria-rowindex={index + 2}
      data-index={index}
      className={style.row}
      style={{ transform: `translateY(${top}px)` }}
    >
      <td className={style.cell}>
        <Link
          to="/records/$id"
          params={{ id: String(record.id) }}
          className={style.link}
          tabIndex={reachable ? 0 : -1}
          onFocus={onFocus}
          title={record.task}
        >
          {titleOf(record.task)}
        </Link>
        {record.trigger !== 'schedule' && (
          <small className={style.note}>{triggers[record.trigger]}</small>
        )}
      </td>
      <Cell label={columns.row}>
        {record.row !== null && <RowName task={record.task} row={record.row} />}
      </Cell>
      <Cell label={columns.nominal}>
        <ShortTime at={record.nominal} />
      </Cell>
      <Cell label={columns.effective}>
        <ShortTime at={record.effective} />
      </Cell>
      <Cell label={columns.started}>{record.started && <ShortTime at={record.started} />}</Cell>
      <Cell label={columns.lateness} number>
        {lateMillis !== null && durationText(lateMillis, units)}
        {record.late && <small className={style.note}>{late}</small>}
      </Cell>
      <Cell label={columns.duration} number>
        {tookMillis !== null && durationText(tookMillis, units)}
      </Cell>
      <Cell label={columns.attempt} number>
        {record.attempt > 0 && record.attempt}
      </Cell>
      <td className={style.cell}>
        <StatusBadge status={record.status} />
        {reason && (
          <small className={style.note} title={record.detail ?? undefined}>
            {reason}
          </small>
        )}
      </td>
    </tr>
  );
}

interface CellProps {
  label: string;
  number?: boolean;
  children: ReactNode;
}

function Cell({ label, number = false, children }: CellProps) {
  const empty = children === null || children === false || children === '';
  return (
    <td className={style.cell} data-label={label} data-number={number} data-empty={empty}>
      {children}
    </td>
  );
}
