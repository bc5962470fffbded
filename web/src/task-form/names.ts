import type { Language } from '@/app/preferences';

export interface Named {
  readonly value: number;
  readonly label: string;
  /** In full, where the label is short. */
  readonly name: string;
}

const A_MONDAY = Date.UTC(2024, 0, 1);
const DAY_MILLIS = 86_400_000;

/** The days of a week from Monday, which is 1. */
export function weekdayNames(language: Language): Named[] {
  return Array.from({ length: 7 }, (_, index) => {
    const day = new Date(A_MONDAY + index * DAY_MILLIS);
    return { value: index + 1, ...named(language, day, 'weekday') };
  });
}

/** The months of a year from January, which is 1. */
export function monthNames(language: Language): Named[] {
  return Array.from({ length: 12 }, (_, index) => {
    const day = new Date(Date.UTC(2024, index, 1));
    return { value: index + 1, ...named(language, day, 'month') };
  });
}

function named(language: Language, day: Date, part: 'weekday' | 'month') {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const write = (width: 'short' | 'long') =>
    new Intl.DateTimeFormat(locale, { [part]: width, timeZone: 'UTC' }).format(day);
  return { label: write('short'), name: write('long') };
}
