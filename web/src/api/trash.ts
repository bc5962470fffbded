import { queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Shapes } from './client';

/** What was deleted, the newest first, and for how many days it is kept. */
export const trashQuery = queryOptions({
  queryKey: ['trash'],
  queryFn: async ({ signal }) => dataOf(await api.GET('/api/trash', { signal })),
});

export async function deleteElement(element: string): Promise<Shapes['Trashed']> {
  return dataOf(await api.DELETE('/api/elements/{element}', { params: { path: { element } } }));
}

export async function restoreElement(trash: string): Promise<Shapes['Trashed']> {
  const params = { path: { trash_id: trash } };
  return dataOf(await api.POST('/api/trash/{trash_id}/restore', { params }));
}
