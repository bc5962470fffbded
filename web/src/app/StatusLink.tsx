import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { elementKeys, statusQuery } from '@/api/elements';
import { Icon } from '@/parts/Icon';
import { useWords } from '@/words';
import { useConnection } from './connection';
import style from './Shell.module.css';

/** One glance: all is well, or how many problems there are; nothing is said while unheard. */
export function StatusLink() {
  const { app } = useWords();
  const connection = useConnection();
  const queries = useQueryClient();
  const { data: status, error } = useQuery(statusQuery);
  const alive = status?.runtimes.some((runtime) => runtime.alive);
  useEffect(() => {
    // a runtime that is killed changes nothing in the store: its silence is found by asking
    if (alive !== undefined) void queries.invalidateQueries({ queryKey: elementKeys.tree });
  }, [alive, queries]);
  if (status === undefined && error === null) return null;
  if (connection !== 'live') {
    return (
      <Link to="/" className={style.status} data-well="unknown">
        <Icon name="warning" />
        <span>{app.notConnected}</span>
      </Link>
    );
  }
  const well = status?.well ?? false;
  return (
    <Link to="/" className={style.status} data-well={well}>
      <Icon name={well ? 'check' : 'warning'} />
      <span>{well ? app.allWell : app.problems(status?.problems.length ?? 1)}</span>
    </Link>
  );
}
