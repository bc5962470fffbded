import { useQuery } from '@tanstack/react-query';
import { parse } from 'jsonc-parser';
import { type ReactNode, useId } from 'react';
import type { Shapes } from '@/api/client';
import { statusQuery } from '@/api/elements';
import { previewQuery } from '@/api/unsaved';
import { usePreferences } from '@/app/preferences';
import { Loading } from '@/parts/Loading';
import { useTimeFormat, viewerZone } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useDebounced } from '@/parts/use-debounced';
import { useSection } from '@/words';
import * as words from '@/words/preview';
import * as problemWords from '@/words/problems';
import { said } from '@/words/problems';
import { Coming } from './Coming';
import { FiringRows } from './FiringRows';
import style from './PreviewPanel.module.css';
import type { Pause } from './pause';
import { FULL_DAY, useDateFormat } from './use-date-format';
import { Year } from './Year';

/** How long the text stands still before the server is asked. */
const QUIET_MILLIS = 60;
const YEAR_MILLIS = 366 * 24 * 3_600_000;

/** What a task fires with an unsaved text of its e.json, always in view (rule C9). */
export function PreviewPanel({ task, text }: { task: string; text: string }) {
  const say = useSection(words);
  const { language } = usePreferences();
  const settled = useDebounced(text, QUIET_MILLIS);
  const preview = useQuery(previewQuery(task, settled, { language, rows: false }));
  const { data, error, isPlaceholderData } = preview;
  const { data: status } = useQuery(statusQuery);
  const pause = status?.paused.find((each) => each.task === task) ?? null;
  if (data === undefined) {
    return <Panel>{error ? <Trouble error={error} /> : <Loading />}</Panel>;
  }
  return (
    <Panel busy={isPlaceholderData}>
      {error && <Trouble error={error} retry={() => void preview.refetch()} />}
      <p role="status" className={style.sentence} data-known={data.sentence !== null}>
        {data.sentence ?? say.noSentence}
      </p>
      {pause && <Paused pause={pause} zone={data.zone} />}
      <p className={style.small}>{say.zones(data.zone, viewerZone)}</p>
      {data.problem && <Problem {...data.problem} />}
      {firesForRows(settled) ? (
        <FiringRows task={task} text={text} known={data.year} zone={data.zone} pause={pause} />
      ) : (
        <>
          {data.sentence !== null && (
            <Coming occurrences={data.occurrences} zone={data.zone} pause={pause} />
          )}
          <Year known={data.year} zone={data.zone} />
        </>
      )}
      <KnownUntil date={data.holidaysKnownUntil} />
    </Panel>
  );
}

/** Why something cannot be shown. */
function Problem({ code, text }: Shapes['Note']) {
  const saying = useSection(problemWords);
  return <p className={style.problem}>{said(saying, code, text)}</p>;
}

/** Says that nothing fires before a pause ends, whatever the text says. */
function Paused({ pause, zone }: { pause: Pause; zone: string }) {
  const say = useSection(words);
  const write = useTimeFormat(zone);
  return (
    <p className={style.problem}>
      {pause.until === null ? say.pausedNow : say.pausedUntil(write(pause.until))}
    </p>
  );
}

/** Says where the year goes on beyond what governments have announced. */
function KnownUntil({ date }: { date: string | null }) {
  const say = useSection(words);
  const write = useDateFormat(FULL_DAY);
  if (date === null || new Date(date).getTime() - Date.now() > YEAR_MILLIS) return null;
  return <p className={style.small}>{say.knownUntil(write(date))}</p>;
}

function Panel({ busy = false, children }: { busy?: boolean; children: ReactNode }) {
  const say = useSection(words);
  const title = useId();
  return (
    <section aria-labelledby={title} aria-busy={busy} className={style.panel}>
      <h2 id={title}>{say.preview}</h2>
      {children}
    </section>
  );
}

function firesForRows(text: string): boolean {
  const document: unknown = parse(text, [], { allowTrailingComma: true });
  if (typeof document !== 'object' || document === null || !('type' in document)) return false;
  return document.type === 'tasks.DateFieldType';
}
