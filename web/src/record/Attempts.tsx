import type { RunRecord } from '@/api/records';
import { Time } from '@/parts/Time';
import { duration, durationText } from '@/records/durations';
import { useSection } from '@/words';
import * as recordWords from '@/words/record';
import * as listWords from '@/words/records';
import style from './Attempts.module.css';
import page from './RecordPage.module.css';

/** Each try at a run; the error of the last one is shown above. */
export function Attempts({ record }: { record: RunRecord }) {
  const text = useSection(recordWords);
  const { units, statuses, reasons } = useSection(listWords);
  const outcome = (word: string | null) => {
    if (word === null) return statuses.executing;
    return statuses[word] ?? reasons[word] ?? word;
  };
  return (
    <section aria-labelledby="attempts" className={page.section}>
      <h2 id="attempts">{text.attempts}</h2>
      <div className={style.scroll}>
        <table className={style.table}>
          <thead>
            <tr>
              {Object.entries(text.attempt).map(([column, name]) => (
                <th key={column} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {record.attempts.map((attempt) => {
              const millis = duration({ ...record, attempts: [attempt] }, Date.now());
              const earlier = attempt.number !== record.attempt;
              return (
                <tr key={attempt.number}>
                  <td>{attempt.number}</td>
                  <td>
                    <Time at={attempt.started} seconds />
                  </td>
                  <td>{attempt.finished && <Time at={attempt.finished} seconds />}</td>
                  <td>{millis !== null && durationText(millis, units)}</td>
                  <td>
                    {outcome(attempt.outcome)}
                    {earlier && attempt.error !== null && (
                      <details>
                        <summary>{text.showError}</summary>
                        <pre className={page.code}>{attempt.error}</pre>
                      </details>
                    )}
                  </td>
                  <td title={attempt.runtime}>{attempt.host}</td>
                  <td>{attempt.peakKb !== null && text.megabytes(attempt.peakKb)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
