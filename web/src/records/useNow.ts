import { useSyncExternalStore } from 'react';

const SECOND = 1_000;

function everySecond(listener: () => void): () => void {
  const timer = window.setInterval(listener, SECOND);
  return () => window.clearInterval(timer);
}

const never = () => () => {};

/** The time now to the second; it moves on only while `ticking`. */
export function useNow(ticking: boolean): number {
  return useSyncExternalStore(
    ticking ? everySecond : never,
    () => Math.floor(Date.now() / SECOND) * SECOND,
  );
}
