import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from './client';

/** The JSON Schema of a kind's e.json; it is that of the server, and does not change. */
export function schemaQuery(name: string) {
  return queryOptions({
    queryKey: ['schemas', name],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) =>
      dataOf(await api.GET('/api/schemas/{name}', { params: { path: { name } }, signal })),
  });
}
