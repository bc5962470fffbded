import { queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Shapes } from './client';

export type TreeElement = Shapes['TreeElement'];
export type Task = Shapes['Task'];
export type TaskStatus = Shapes['TaskStatus'];
export type Status = Shapes['Status'];
export type Trouble = Shapes['Trouble'];

export const elementKeys = {
  tree: ['tree'] as const,
  task: (name: string) => ['tasks', name] as const,
  status: ['status'] as const,
  next: ['next'] as const,
};

export const treeQuery = queryOptions({
  queryKey: elementKeys.tree,
  queryFn: async ({ signal }) => dataOf(await api.GET('/api/tree', { signal })).elements,
});

export const statusQuery = queryOptions({
  queryKey: elementKeys.status,
  queryFn: async ({ signal }) =>
    dataOf(await api.GET('/api/status', { params: { query: { elements: 'broken' } }, signal })),
  refetchInterval: 15_000, // what has fallen silent tells nobody
});

export function taskQuery(name: string) {
  return queryOptions({
    queryKey: elementKeys.task(name),
    queryFn: async ({ signal }) =>
      dataOf(await api.GET('/api/tasks/{task}', { params: { path: { task: name } }, signal })),
  });
}

export const nextQuery = queryOptions({
  queryKey: elementKeys.next,
  queryFn: async ({ signal }) =>
    dataOf(await api.GET('/api/next', { params: { query: { limit: 12 } }, signal })),
  refetchInterval: 30_000,
});
