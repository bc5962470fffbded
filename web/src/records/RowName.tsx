import { useQuery } from '@tanstack/react-query';
import { rowLabelQuery } from '@/api/row-labels';
import style from './RowName.module.css';

/** The key of a run's row, and what people know it by where its model says that. */
export function RowName({ task, row }: { task: string; row: string }) {
  const { data: label } = useQuery(rowLabelQuery(task, row));
  const known = label && label !== row;
  return (
    <span className={style.row} title={known ? `${row} ${label}` : undefined}>
      {row} {known && <span className={style.label}>{label}</span>}
    </span>
  );
}
