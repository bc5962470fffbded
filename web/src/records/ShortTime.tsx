import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '@/api/session';
import { usePreferences } from '@/app/preferences';
import { useTimeFormat, viewerZone } from '@/parts/Time';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: string, zone: string, withYear: boolean): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${withYear}`;
  const made =
    formats.get(key) ??
    new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
      timeZone: zone,
      year: withYear ? 'numeric' : undefined,
      month: 'short',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  formats.set(key, made);
  return made;
}

/** An instant in a narrow column, in the app's zone; the hint has all of it, and the viewer's. */
export function ShortTime({ at }: { at: string }) {
  const { language } = usePreferences();
  const { data } = useQuery(sessionQuery);
  const whole = useTimeFormat(undefined, true);
  const own = useTimeFormat(viewerZone, true);
  const instant = new Date(at);
  const withYear = instant.getUTCFullYear() !== new Date().getUTCFullYear();
  const zone = data?.timezone ?? 'UTC';
  return (
    <time dateTime={at} title={`${whole(at)} ${zone}\n${own(at)} ${viewerZone}`}>
      {formatOf(language, zone, withYear).format(instant).replace(', ', ' ')}
    </time>
  );
}
