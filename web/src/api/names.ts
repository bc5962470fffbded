import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Shapes } from './client';

export type ElementName = Shapes['ElementName'];
export type Kind = Shapes['ElementKind'];

/** The name that a new element would have: the one given, or made from its title. */
export function nameQuery(kind: Kind, title: string, name: string | null, folder: string) {
  return queryOptions({
    queryKey: ['tree', 'names', kind, title, name, folder],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { kind, title, name: name || undefined, folder: folder || undefined };
      return dataOf(await api.GET('/api/names', { params: { query }, signal }));
    },
  });
}
