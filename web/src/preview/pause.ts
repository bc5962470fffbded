import type { Status } from '@/api/elements';

export type Pause = Status['paused'][number];

/** Whether a pause is on at an instant; null is none. */
export function isPausedAt(pause: Pause | null, instant: string): boolean {
  if (pause === null) return false;
  return pause.until === null || new Date(instant) < new Date(pause.until);
}
