import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '@/api/session';
import { usePreferences } from '@/app/preferences';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Formats of times in a zone, made once each: they are slow to make. */
function format(language: string, zone: string, seconds: boolean): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${seconds}`;
  const made =
    formats.get(key) ??
    new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
      timeZone: zone,
      weekday: 'short',
      year: 'numeric',
      month: 'short',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: seconds ? '2-digit' : undefined,
    });
  formats.set(key, made);
  return made;
}

export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Returns what writes an instant for people in the app's zone, or another that is given. */
export function useTimeFormat(zone?: string, seconds = false): (instant: string) => string {
  const { language } = usePreferences();
  const { data } = useQuery(sessionQuery);
  const made = format(language, zone ?? data?.timezone ?? 'UTC', seconds);
  return (instant) => made.format(new Date(instant));
}

/** Returns what writes a day, such as `2026-12-01`, for people. */
export function useDateFormat(): (day: string) => string {
  const { language } = usePreferences();
  const made = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone: 'UTC',
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: '2-digit',
  });
  return (day) => made.format(new Date(day));
}

/** An instant in the app's zone (or a task's own), with the viewer's in the hint. */
export function Time({ at, zone, seconds }: { at: string; zone?: string; seconds?: boolean }) {
  const write = useTimeFormat(zone, seconds);
  const own = useTimeFormat(viewerZone, true);
  return (
    <time dateTime={at} title={`${own(at)} ${viewerZone}`}>
      {write(at)}
    </time>
  );
}
