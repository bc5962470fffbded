import { useSyncExternalStore } from 'react';
import { type RecordSearch, readSearch } from './search';

export interface SavedView {
  name: string;
  search: RecordSearch;
}

const KEY = 'jittask-record-views';
const listeners = new Set<() => void>();
let views = read(localStorage.getItem(KEY));

/** Reads the views that this browser keeps; what another program wrote there is none. */
export function read(text: string | null): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.flatMap(viewOf) : [];
  } catch {
    return [];
  }
}

function viewOf(value: unknown): SavedView[] {
  if (typeof value !== 'object' || value === null || !('name' in value)) return [];
  if (typeof value.name !== 'string' || value.name.trim() === '') return [];
  const search = 'search' in value && typeof value.search === 'object' ? value.search : null;
  return [{ name: value.name, search: readSearch({ ...search }) }];
}

function keep(next: readonly SavedView[]): void {
  views = next;
  localStorage.setItem(KEY, JSON.stringify(views));
  for (const listener of listeners) listener();
}

/** Keeps a view under a name, instead of the one that had it. */
export function saveView(name: string, search: RecordSearch): void {
  keep([...views.filter((view) => view.name !== name), { name, search }]);
}

export function removeView(name: string): void {
  keep(views.filter((view) => view.name !== name));
}

export function useViews(): readonly SavedView[] {
  return useSyncExternalStore(subscribe, () => views);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
