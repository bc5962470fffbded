import { useQuery } from '@tanstack/react-query';
import { type RunRecord, recordVersionQuery } from '@/api/records';
import { Scrollable } from '@/parts/Scrollable';
import { useSection } from '@/words';
import * as words from '@/words/record';
import style from './Failure.module.css';
import page from './RecordPage.module.css';
import { lastPlace, linesAround, shortened } from './traceback';

const LINES_AROUND = 4;

/** The traceback, and the line that failed as it was when it ran. */
export function Failure({ record, error }: { record: RunRecord; error: string }) {
  const text = useSection(words);
  return (
    <section aria-labelledby="error" className={page.section}>
      <h2 id="error">{text.error}</h2>
      <Source record={record} error={error} />
      <Scrollable label={text.traceback} className={style.traceback}>
        <pre>{shortened(error)}</pre>
      </Scrollable>
    </section>
  );
}

function Source({ record, error }: { record: RunRecord; error: string }) {
  const text = useSection(words);
  const { data: version } = useQuery(recordVersionQuery(record));
  const files = version?.files ?? [];
  const place = lastPlace(
    error,
    files.map((file) => file.path),
  );
  const content = files.find((file) => file.path === place?.path)?.text;
  if (place === null || content === null || content === undefined) return null;
  return (
    <figure className={style.source} aria-label={text.sourceLabel}>
      <figcaption>
        <code>{text.sourceAt(place.path, place.line)}</code> ({text.asItRan})
      </figcaption>
      <Scrollable label={text.sourceLabel} className={style.lines}>
        <pre>
          {linesAround(content, place.line, LINES_AROUND).map((line) => (
            <div key={line.number} className={style.line} data-here={line.number === place.line}>
              <span className={style.number} aria-hidden="true">
                {line.number}
              </span>
              {line.number === place.line ? <mark>{line.text}</mark> : <span>{line.text}</span>}
            </div>
          ))}
        </pre>
      </Scrollable>
    </figure>
  );
}
