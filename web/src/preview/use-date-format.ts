import { useMemo } from 'react';
import { usePreferences } from '@/app/preferences';

/** A day as times of the page have it. */
export const FULL_DAY = {
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: '2-digit',
} as const;

/** Returns what writes a date without a zone, such as `2026-12-25`. */
export function useDateFormat(options: Intl.DateTimeFormatOptions): (date: string) => string {
  const { language } = usePreferences();
  const { weekday, year, month, day } = options;
  const format = useMemo(() => {
    const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
    return new Intl.DateTimeFormat(locale, { weekday, year, month, day, timeZone: 'UTC' });
  }, [language, weekday, year, month, day]);
  return (date) => format.format(new Date(`${date}T00:00:00Z`));
}
