import type { Shapes } from '@/api/client';
import { useSection } from '@/words';
import * as words from '@/words/try';
import style from './TryPanel.module.css';

/** How a trial ended: what it printed and returned, where it failed, what the filter read. */
export function TrialOutcome({ trial }: { trial: Shapes['Trial'] }) {
  const text = useSection(words);
  const { outcome, seconds, passes, error, output, result, filterValues } = trial;
  return (
    <div className={style.outcome} data-outcome={outcome}>
      <p role="status">
        <strong>{text.outcomes[outcome]}</strong>
        {seconds !== null && <> {text.took(seconds)}</>} {text.rolledBack}
        {passes !== null && <> {passes ? text.passes : text.doesNotPass}</>}
      </p>
      {error && (
        <section aria-label={text.error}>
          <h3>{error.file === null ? text.error : text.errorAt(error.file, error.line)}</h3>
          <pre className={style.text} data-error>
            {error.text}
          </pre>
        </section>
      )}
      <section aria-label={text.output}>
        <h3>{text.output}</h3>
        {output.length === 0 ? (
          <p className={style.hint}>{text.noOutput}</p>
        ) : (
          <Lines lines={output} />
        )}
      </section>
      {result !== null && (
        <section aria-label={text.result}>
          <h3>{text.result}</h3>
          <pre className={style.text}>{result}</pre>
        </section>
      )}
      {filterValues !== null && <FilterValues values={filterValues} />}
    </div>
  );
}

function Lines({ lines }: { lines: Shapes['TrialLine'][] }) {
  return (
    <pre className={style.text}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a trial do not change
        <div key={index} className={style.line} data-level={line.level} data-stream={line.stream}>
          {line.text}
        </div>
      ))}
    </pre>
  );
}

function FilterValues({ values }: { values: Record<string, unknown> }) {
  const text = useSection(words);
  return (
    <table className={style.values}>
      <caption>{text.filterValues}</caption>
      <tbody>
        {Object.entries(values).map(([field, value]) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            <td>
              <code>{JSON.stringify(value)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
