import { useSyncExternalStore } from 'react';

const KEY = 'jittask-plain-source';
const listeners = new Set<() => void>();

/** Whether sources are edited in a plain text field; kept in this browser. */
export function usePlainSource(): boolean {
  return useSyncExternalStore(subscribe, isPlain);
}

export function setPlainSource(plain: boolean): void {
  if (plain) localStorage.setItem(KEY, 'yes');
  else localStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

function isPlain(): boolean {
  return localStorage.getItem(KEY) === 'yes';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
