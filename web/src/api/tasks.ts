import { ApiError, api, dataOf, type Shapes } from './client';
import type { FileName } from './files';

// What steers a task; the stream tells the page what has changed then.

/**
 * Runs what is saved, for which the server waits until a runtime has loaded it; `asLoaded` runs
 * what is loaded.
 */
export async function runNow(
  task: string,
  row: string | null,
  asLoaded = false,
): Promise<Shapes['Accepted']> {
  const params = { path: { task } };
  return dataOf(await api.POST('/api/tasks/{task}/trigger', { params, body: { row, asLoaded } }));
}

/** Whether nothing ran because no runtime has loaded what is saved. */
export function isNotLoaded(error: unknown): boolean {
  return error instanceof ApiError && error.problem.code === 'not-loaded';
}

/** `until` is a wall-clock time of the app's zone; null for until it is resumed. */
export async function pauseTask(
  task: string,
  until: string | null,
  note: string | null,
): Promise<Shapes['Paused']> {
  const params = { path: { task } };
  return dataOf(await api.POST('/api/tasks/{task}/pause', { params, body: { until, note } }));
}

export async function resumeTask(task: string): Promise<Shapes['Resumed']> {
  return dataOf(await api.POST('/api/tasks/{task}/resume', { params: { path: { task } } }));
}

export async function switchTask(task: string, on: boolean): Promise<Shapes['Switched']> {
  const params = { path: { task } };
  const answer = on
    ? await api.POST('/api/tasks/{task}/enable', { params })
    : await api.POST('/api/tasks/{task}/disable', { params });
  return dataOf(answer);
}

export async function duplicateElement(element: string, title: string): Promise<Shapes['Written']> {
  const params = { path: { element } };
  return dataOf(
    await api.POST('/api/elements/{element}/duplicate', { params, body: { title, name: null } }),
  );
}

/** Runs a function once on unsaved texts; its changes through models are rolled back (C15). */
export async function tryTask(
  task: string,
  files: Partial<Record<FileName, string>>,
  row: string | null,
): Promise<Shapes['Trial']> {
  const params = { path: { task } };
  return dataOf(await api.POST('/api/tasks/{task}/try', { params, body: { files, row } }));
}
