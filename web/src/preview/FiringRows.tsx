import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Shapes } from '@/api/client';
import { sessionQuery } from '@/api/session';
import { type Preview, previewQuery } from '@/api/unsaved';
import { usePreferences } from '@/app/preferences';
import { Loading } from '@/parts/Loading';
import { useTimeFormat } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useDebounced } from '@/parts/use-debounced';
import { useSection } from '@/words';
import * as words from '@/words/preview';
import * as problemWords from '@/words/problems';
import { said } from '@/words/problems';
import style from './FiringRows.module.css';
import { withRows } from './months';
import { Occurrences } from './Occurrences';
import type { Pause } from './pause';
import { Year } from './Year';

/** Rows are read in a database: it is asked less often than the rest. */
const QUIET_MILLIS = 400;

interface Props {
  task: string;
  text: string;
  known: Preview['year'];
  zone: string;
  pause: Pause | null;
}

/** The rows of a date-field task that would fire, in a window that is chosen (rule C9). */
export function FiringRows({ task, text, known, zone, pause }: Props) {
  const say = useSection(words);
  const saying = useSection(problemWords);
  const { language } = usePreferences();
  const { data: session } = useQuery(sessionQuery);
  const title = useId();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const settled = useDebounced(text, QUIET_MILLIS);
  const search = { language, rows: true, from: from || undefined, to: to || undefined };
  const { data, error, isPlaceholderData } = useQuery(previewQuery(task, settled, search));
  return (
    <>
      <section aria-labelledby={title} aria-busy={isPlaceholderData} className={style.rows}>
        <h3 id={title}>{say.rows}</h3>
        <div className={style.window}>
          <label>
            {say.from}
            <input type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
          </label>
          <label>
            {say.to}
            <input type="date" value={to} onChange={(event) => setTo(event.target.value)} />
          </label>
        </div>
        {error && <Trouble error={error} />}
        {data === undefined && !error && <Loading />}
        {data?.rowsProblem && (
          <p className={style.problem}>
            {said(saying, data.rowsProblem.code, data.rowsProblem.text)}
          </p>
        )}
        {data?.rows && (
          <Found rows={data.rows} zone={zone} appZone={session?.timezone ?? zone} pause={pause} />
        )}
      </section>
      <Year known={withRows(known, data?.rows?.days ?? [])} zone={zone} />
    </>
  );
}

interface FoundProps {
  rows: Shapes['FiringRows'];
  zone: string;
  /** Dates that are entered are of this one. */
  appZone: string;
  pause: Pause | null;
}

function Found({ rows, zone, appZone, pause }: FoundProps) {
  const say = useSection(words);
  const write = useTimeFormat(appZone);
  const end = zone === appZone ? write(rows.window.to) : `${write(rows.window.to)} ${appZone}`;
  const amount = (count: number, capped: boolean) =>
    capped ? say.atLeast(count) : say.exactly(count);
  const { firing, window, problem } = rows;
  const total = amount(rows.count, rows.capped);
  return (
    <>
      <p role="status">
        {say.matching(amount(rows.matching, rows.matchingCapped))}{' '}
        {firing.length === 0 ? say.nothingFires : say.firingCount(total, write(window.from), end)}
      </p>
      {problem && <p className={style.problem}>{problem.text}</p>}
      {rows.count > firing.length && <p>{say.firstOf(firing.length)}</p>}
      <Occurrences occurrences={firing} zone={zone} pause={pause} />
    </>
  );
}
