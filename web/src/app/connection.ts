import { useSyncExternalStore } from 'react';

/** Whether the console is heard: `lost` while it does not answer, `signed-out` after its restart. */
export type Connection = 'live' | 'lost' | 'signed-out';

let current: Connection = 'live';
const listeners = new Set<() => void>();

export function setConnection(next: Connection): void {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
