import { queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Shapes } from './client';

export type Model = Shapes['Model'];
export type ModelField = Shapes['ModelField'];
export type ShownRow = Shapes['ShownRow'];

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async ({ signal }) => dataOf(await api.GET('/api/models', { signal })).models,
});

/** Rows of a model whose key or texts hold what is searched for. */
export function modelRowsQuery(model: string, search: string, limit = 20) {
  return queryOptions({
    queryKey: ['models', model, 'rows', search, limit],
    queryFn: async ({ signal }) =>
      dataOf(
        await api.GET('/api/models/{model}/rows', {
          params: { path: { model }, query: { search, limit } },
          signal,
        }),
      ),
  });
}
