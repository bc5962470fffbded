import type { Shapes } from '@/api/client';
import { usePreferences } from '@/app/preferences';
import { Time, useTimeFormat, viewerZone } from '@/parts/Time';
import { useSection } from '@/words';
import * as words from '@/words/preview';
import { dateIn } from './months';
import style from './Occurrences.module.css';
import { isPausedAt, type Pause } from './pause';
import { FULL_DAY, useDateFormat } from './use-date-format';

type Shape = Shapes['Occurrence'];

interface Occurrence extends Shape {
  /** What people know the row by. */
  label?: string;
}

interface Props {
  occurrences: readonly Occurrence[];
  zone: string;
  pause: Pause | null;
}

/** Times of a task, with those between them that do not fire, each with its reason. */
export function Occurrences({ occurrences, zone, pause }: Props) {
  const say = useSection(words);
  return (
    <ol className={style.list}>
      {occurrences.map((each) => {
        const at = each.effective ?? each.nominal;
        const isPaused = isPausedAt(pause, at);
        const time = <Time at={at} zone={zone} />;
        return (
          <li key={`${each.nominal} ${each.row}`} className={style.occurrence}>
            <span>{isPaused || each.effective === null ? <s>{time}</s> : time}</span>
            {zone !== viewerZone && <Own at={at} zone={zone} />}
            {each.label !== undefined && <span className={style.row}>{each.label}</span>}
            {isPaused && (
              <span className={style.note}>
                <strong>{say.paused}</strong>
              </span>
            )}
            {each.notes.map((note) => (
              <Note key={note.code + note.text} {...note} />
            ))}
          </li>
        );
      })}
    </ol>
  );
}

/** The same instant for the viewer; with its day where that is another. */
function Own({ at, zone }: { at: string; zone: string }) {
  const say = useSection(words);
  const { language } = usePreferences();
  const write = useTimeFormat(viewerZone);
  const instant = new Date(at);
  const isSameDay = dateIn(viewerZone, instant) === dateIn(zone, instant);
  const own = isSameDay ? clock(language, instant) : write(at);
  return <span className={style.own}>{say.yours(own)}</span>;
}

function clock(language: 'en' | 'zh', instant: Date): string {
  return instant.toLocaleTimeString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    hour: '2-digit',
    minute: '2-digit',
  });
}

function Note({ code, text, params }: Shapes['Note']) {
  const say = useSection(words);
  const writeDay = useDateFormat(FULL_DAY);
  return (
    <span className={style.note} data-code={code}>
      <strong>{say.notes[code] ?? code}</strong> {say.noteTexts[code]?.(params, writeDay) ?? text}
    </span>
  );
}
