import { useQuery } from '@tanstack/react-query';
import { filterRowsQuery } from '@/api/filters';
import type { ModelField, ShownRow } from '@/api/models';
import { Loading } from '@/parts/Loading';
import { Trouble } from '@/parts/Trouble';
import { useDebounced } from '@/parts/use-debounced';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import { CellValue } from './CellValue';
import { kindOf } from './filter-context';
import style from './MatchingRows.module.css';

interface Props {
  model: string;
  text: string;
  zone: string | null;
  fields: ReadonlyMap<string, ModelField>;
  /** The fields that the filter is about; they are shown first. */
  named: readonly string[];
}

const TYPING_MILLIS = 250;
const MOST_COLUMNS = 6;

/** How many rows pass the filter now, and the first of them. */
export function MatchingRows({ model, text, zone, fields, named }: Props) {
  const words = useSection(conditions);
  const settled = useDebounced(text, TYPING_MILLIS);
  const rows = useQuery(filterRowsQuery(model, settled, zone));
  return (
    <section aria-label={words.matching} className={style.rows}>
      {rows.isPending && <Loading />}
      {rows.error && <Trouble error={rows.error} retry={() => void rows.refetch()} />}
      {rows.data?.problem && <p className={style.problem}>{rows.data.problem.text}</p>}
      {rows.data && !rows.data.problem && (
        <>
          <p role="status">
            <strong>{words.count(rows.data.count, rows.data.capped)}</strong>{' '}
            {rows.data.rows.length < rows.data.count && words.shown(rows.data.rows.length)}
          </p>
          {rows.data.rows.length > 0 && (
            <RowTable rows={rows.data.rows} {...{ fields, named, zone }} />
          )}
        </>
      )}
    </section>
  );
}

function RowTable({
  rows,
  fields,
  named,
  zone,
}: Pick<Props, 'fields' | 'named' | 'zone'> & { rows: readonly ShownRow[] }) {
  const words = useSection(conditions);
  const present = Object.keys(rows[0]?.values ?? {});
  const wanted = new Set([...named.filter((name) => present.includes(name)), ...present]);
  const columns = [...wanted].slice(0, MOST_COLUMNS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keys, too
    <section className={style.scroll} tabIndex={0} aria-label={words.rowTable}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.row}</th>
            {columns.map((name) => (
              <th key={name} scope="col" data-kind={kindOf(fields, name)}>
                {fields.get(name)?.title ?? name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.label}</th>
              {columns.map((name) => (
                <td key={name} data-kind={kindOf(fields, name)}>
                  <CellValue
                    value={row.values[name]}
                    kind={kindOf(fields, name)}
                    zone={zone}
                    empty={words.emptyCell}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
