import { useEffect, useState } from 'react';

const PAINT_MILLIS = 200;

/** Whether something has been shown for a while, so that what can wait may load now. */
export function useSettled(shown: boolean): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setSettled(true), PAINT_MILLIS);
    return () => clearTimeout(timer);
  }, [shown]);
  return settled;
}
