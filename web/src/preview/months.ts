import type { Shapes } from '@/api/client';

export interface Day {
  /** ISO date, such as 2026-12-25. */
  readonly date: string;
  readonly holiday: string | null;
  /** Occurrences; `MANY` means that many or more. */
  readonly count: number;
  readonly isPast: boolean;
}

export interface Month {
  /** ISO month, such as 2026-12. */
  readonly month: string;
  readonly days: readonly Day[];
}

type Known = Pick<Shapes['PreviewDay'], 'date' | 'holiday' | 'count'>;

/** The server counts a day no further. */
export const MANY = 12;
const MONTHS = 12;

/** Returns the twelve months from today's on, with all their days. */
export function monthsFrom(today: string, known: readonly Known[]): Month[] {
  const byDate = new Map(known.map((day) => [day.date, day]));
  const [year = 0, month = 1] = today.split('-').map(Number);
  return Array.from({ length: MONTHS }, (_, index) => {
    const first = new Date(Date.UTC(year, month - 1 + index, 1));
    const length = new Date(Date.UTC(year, month + index, 0)).getUTCDate();
    const name = first.toISOString().slice(0, 7);
    const days = Array.from({ length }, (_, day): Day => {
      const date = `${name}-${String(day + 1).padStart(2, '0')}`;
      const found = byDate.get(date);
      return {
        date,
        holiday: found?.holiday ?? null,
        count: found?.count ?? 0,
        isPast: date < today,
      };
    });
    return { month: name, days };
  });
}

/** Adds what the rows of a date-field task fire on each day. */
export function withRows(
  known: readonly Known[],
  rows: readonly Shapes['DayCount'][],
): readonly Known[] {
  const days = new Map(known.map((day) => [day.date, day]));
  for (const { date, count } of rows) {
    days.set(date, { date, holiday: days.get(date)?.holiday ?? null, count });
  }
  return [...days.values()].sort((one, other) => one.date.localeCompare(other.date));
}

/** Returns the ISO date that an instant has in a zone. */
export function dateIn(zone: string, instant: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  return parts.format(instant);
}
