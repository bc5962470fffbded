import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Shapes } from './client';

export type ReadFilterNode =
  | Shapes['FilterGroup']
  | Shapes['FilterCondition']
  | Shapes['FilterOther'];
export type FilterProblem = Shapes['FilterProblem'];

/** What a filter says; the text comes back with it, since the answer to another may be shown. */
export function readFilterQuery(model: string | null, text: string) {
  return queryOptions({
    queryKey: ['models', 'filter', model, text],
    queryFn: async ({ signal }) => {
      const read = dataOf(await api.POST('/api/filters/read', { body: { model, text }, signal }));
      return { text, ...read };
    },
    placeholderData: keepPreviousData,
  });
}

const SHOWN = 10;

/** The rows that pass a filter now; `zone` is that of TODAY() and NOW(). */
export function filterRowsQuery(model: string, text: string, zone: string | null) {
  return queryOptions({
    queryKey: ['models', 'matching', model, text, zone],
    queryFn: async ({ signal }) =>
      dataOf(
        await api.POST('/api/filters/rows', {
          body: { model, text, zone, limit: SHOWN, parts: false },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
