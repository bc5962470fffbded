/** Units of the parts of a duration, in words of a language. */
export interface DurationUnits {
  day: string;
  hour: string;
  minute: string;
  second: string;
  millisecond: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Writes milliseconds by the two greatest units that have something: "3 min 4 s". */
export function durationText(millis: number, units: DurationUnits): string {
  const sign = millis < 0 ? '−' : '';
  const size = Math.abs(millis);
  if (size < SECOND) return `${sign}${Math.round(size)} ${units.millisecond}`;
  if (size < 10 * SECOND) return `${sign}${(size / SECOND).toFixed(1)} ${units.second}`;
  const whole = Math.round(size / SECOND) * SECOND;
  const parts: [number, string][] = [
    [Math.floor(whole / DAY), units.day],
    [Math.floor((whole % DAY) / HOUR), units.hour],
    [Math.floor((whole % HOUR) / MINUTE), units.minute],
    [(whole % MINUTE) / SECOND, units.second],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return sign + shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

interface Timed {
  trigger: string;
  effective: string;
  delaySeconds: number;
  started: string | null;
  attempts: readonly { started: string; finished: string | null }[];
}

/** How long after its instant and its delay a run began; a backfill is late on purpose. */
export function lateness(record: Timed): number | null {
  if (record.started === null || record.trigger === 'backfill') return null;
  const expected = Date.parse(record.effective) + record.delaySeconds * SECOND;
  return Math.max(0, Date.parse(record.started) - expected);
}

/** How long the last attempt took; of one that executes, until `now`. */
export function duration(record: Timed, now: number): number | null {
  const last = record.attempts.at(-1);
  if (last === undefined) return null;
  const end = last.finished === null ? now : Date.parse(last.finished);
  return Math.max(0, end - Date.parse(last.started));
}
