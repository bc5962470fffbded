import { memo, useId, useMemo } from 'react';
import type { Shapes } from '@/api/client';
import { useSection } from '@/words';
import * as words from '@/words/preview';
import { type Day, dateIn, MANY, type Month, monthsFrom } from './months';
import { FULL_DAY, useDateFormat } from './use-date-format';
import style from './Year.module.css';

interface Props {
  known: readonly Pick<Shapes['PreviewDay'], 'date' | 'holiday' | 'count'>[];
  zone: string;
}

/** The year at a glance: a row for each month; a table for who cannot see it (rule C9). */
export const Year = memo(function Year({ known, zone }: Props) {
  const say = useSection(words);
  const title = useId();
  const months = useMemo(() => monthsFrom(dateIn(zone, new Date()), known), [known, zone]);
  const days = months.flatMap((month) => month.days).filter((day) => !day.isPast);
  const firing = days.filter((day) => day.count > 0).length;
  const holidays = days.filter((day) => day.holiday !== null).length;
  const summary = say.yearSummary(firing, holidays);
  return (
    <section aria-labelledby={title} className={style.year}>
      <h3 id={title}>{say.year}</h3>
      <div role="img" aria-label={summary} className={style.months}>
        {months.map((month) => (
          <MonthRow key={month.month} month={month} />
        ))}
      </div>
      <p className={style.legend} aria-hidden="true">
        <span className={style.day} data-fires /> {say.fires}
        <span className={style.day} data-holiday /> {say.holiday}
      </p>
      <details>
        <summary>{say.asTable}</summary>
        <p>{summary}</p>
        <DayTable days={days.filter((day) => day.count > 0 || day.holiday !== null)} />
      </details>
    </section>
  );
});

function MonthRow({ month }: { month: Month }) {
  const describe = useDescription();
  const write = useDateFormat({ month: 'short' });
  return (
    <>
      <span className={style.name}>{write(`${month.month}-01`)}</span>
      {month.days.map((day, index) => (
        <span
          key={day.date}
          className={style.day}
          style={{ gridColumn: index + 2 }}
          data-fires={day.count > 0 || undefined}
          data-holiday={day.holiday !== null || undefined}
          data-past={day.isPast || undefined}
          title={describe(day)}
        />
      ))}
    </>
  );
}

function DayTable({ days }: { days: readonly Day[] }) {
  const say = useSection(words);
  const write = useDateFormat(FULL_DAY);
  return (
    <table className={style.table}>
      <thead>
        <tr>
          <th scope="col">{say.date}</th>
          <th scope="col">{say.count}</th>
          <th scope="col">{say.holiday}</th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.date}>
            <th scope="row">{write(day.date)}</th>
            <td>{day.count >= MANY ? say.orMore(day.count) : day.count}</td>
            <td>{day.holiday}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the hint of a day says. */
function useDescription(): (day: Day) => string {
  const say = useSection(words);
  const write = useDateFormat({ weekday: 'short', month: 'short', day: 'numeric' });
  return (day) => {
    const fires = day.count >= MANY ? say.orMore(day.count) : say.times(day.count);
    const parts = [write(day.date), day.holiday, day.count > 0 ? fires : null];
    return parts.filter((part) => part !== null).join(' · ');
  };
}
