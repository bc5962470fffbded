import { queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Shapes } from './client';

export type ServiceFunction = Shapes['ServiceFunction'];
export type TaskKind = 'scheduled' | 'dateField';

/** All service functions, each with whether a task of a kind can call it. */
export function functionsQuery(kind: TaskKind) {
  return queryOptions({
    queryKey: ['functions', kind],
    queryFn: async ({ signal }) =>
      dataOf(await api.GET('/api/functions', { params: { query: { kind } }, signal })).functions,
  });
}
