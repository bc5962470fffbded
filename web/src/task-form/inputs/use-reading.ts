import { usePreferences } from '@/app/preferences';

const LOCALES = { en: 'en-GB', zh: 'zh-CN' };

/**
 * Returns a date or time as the page writes it, for below a control of a browser in another
 * language, which writes it in its own way: 01/02 may be two days. Undefined where both agree.
 */
export function useReading(type: 'time' | 'date' | 'datetime-local', value: string) {
  const { language } = usePreferences();
  if (value === '' || navigator.language.toLowerCase().startsWith(language)) return undefined;
  const text = type === 'time' ? `1970-01-01T${value}` : value;
  const wall = new Date(text.includes('T') ? `${text}Z` : `${text}T00:00:00Z`);
  if (Number.isNaN(wall.getTime())) return undefined;
  const day = { weekday: 'short', year: 'numeric', month: 'short', day: '2-digit' } as const;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(LOCALES[language], {
    ...(type !== 'time' && day),
    ...(type !== 'date' && clock),
    timeZone: 'UTC',
  }).format(wall);
}
