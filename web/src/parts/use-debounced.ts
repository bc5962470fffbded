import { useEffect, useState } from 'react';

/** Returns a value once it has stayed the same for a while, so that typing does not ask at each key; the first one at once. */
export function useDebounced<T>(value: T, millis: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), millis);
    return () => clearTimeout(timer);
  }, [value, millis]);
  return settled;
}
