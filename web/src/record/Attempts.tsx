import type { RunRecord } from '@/api/records';
import { Scrollable } from '@/parts/Scrollable';
import { Time } from '@/parts/Time';
import { duration, durationText } from '@/records/durations';
import { useSection } from '@/words';
import * as recordWords from '@/words/record';
import * as listWords from '@/words/records';
import style from './Attempts.module.css';
import page from './RecordPage.module.css';
import { shortened } from './traceback';

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
      <div className={style.frame}>
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
                  <td data-label={text.attempt.number}>{attempt.number}</td>
                  <td data-label={text.attempt.started}>
                    <Time at={attempt.started} seconds />
                  </td>
                  <td data-label={text.attempt.finished}>
                    {attempt.finished && <Time at={attempt.finished} seconds />}
                  </td>
                  <td data-label={text.attempt.duration}>
                    {millis !== null && durationText(millis, units)}
                  </td>
                  <td data-label={text.attempt.outcome}>
                    {outcome(attempt.outcome)}
                    {earlier && attempt.error !== null && (
                      <details>
                        <summary>{text.showError}</summary>
                        <Scrollable label={text.showError} className={page.code}>
                          <pre>{shortened(attempt.error)}</pre>
                        </Scrollable>
                      </details>
                    )}
                  </td>
                  <td data-label={text.attempt.host} title={attempt.runtime}>
                    {attempt.host}
                  </td>
                  <td data-label={text.attempt.memory}>
                    {attempt.peakKb !== null && text.megabytes(attempt.peakKb)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
