import { queryOptions } from '@tanstack/react-query';
import { Batches } from './batches';
import { api, dataOf, type Shapes } from './client';

type TaskRow = Shapes['TaskRow'];

const MOST_ROWS = 200;
const FRESH_MILLIS = 60_000;

const labels = new Batches(async (rows: readonly TaskRow[]): Promise<(string | null)[]> => {
  const found = dataOf(await api.POST('/api/rows/labels', { body: { rows: [...rows] } })).labels;
  const known = new Map(found.map(({ task, row, label }) => [`${task} ${row}`, label]));
  return rows.map(({ task, row }) => known.get(`${task} ${row}`) ?? null);
}, MOST_ROWS);

/** What people know the row of a run by; null where nothing but its key is known. */
export function rowLabelQuery(task: string, row: string) {
  return queryOptions({
    queryKey: ['row-labels', task, row],
    queryFn: () => labels.one({ task, row }),
    staleTime: FRESH_MILLIS,
    retry: false,
  });
}
