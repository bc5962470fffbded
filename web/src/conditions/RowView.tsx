import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import style from './Conditions.module.css';
import { type Condition, scalarKind, takesOptions, withField, withOperator } from './condition';
import { setNode } from './edits';
import { FieldControl } from './FieldControl';
import { kindOf, useFilter } from './filter-context';
import { NodeMenu } from './NodeMenu';
import { OperatorControl } from './OperatorControl';
import { Problems } from './Problems';
import { sentence } from './sentence';
import { isPending, type Row, withCondition } from './tree';
import { ValueEditor } from './value/ValueEditor';

/** One condition: field, comparison, value. What counts its rows has its place below them. */
export function RowView({ row }: { row: Row }) {
  const words = useSection(conditions);
  const { root, fields, readOnly, edit } = useFilter();
  const { condition } = row;
  const { field, operator, value } = condition;
  const kind = kindOf(fields, field);
  const said = sentence(condition, fields, words);
  const change = (next: Condition, nextKind = kind) =>
    edit(setNode(root, withCondition(row, next, nextKind)));

  if (readOnly) {
    return (
      <li className={style.node}>
        <p>{said}</p>
        <Problems id={row.id} />
      </li>
    );
  }
  return (
    <li className={style.node} data-node={row.id}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would ask for a legend that is seen */}
      <div role="group" aria-label={said} className={style.row} data-shape={value.shape}>
        <FieldControl
          value={field}
          onChange={(name) => {
            const next = kindOf(fields, name);
            change(withField(condition, name, next), next);
          }}
        />
        {field !== '' && (
          <>
            <OperatorControl
              kind={kind}
              operator={operator}
              value={value}
              onChange={(next, empty) => change(withOperator(condition, next, kind, empty))}
            />
            <ValueEditor
              kind={scalarKind(operator, kind)}
              options={takesOptions(operator) ? (fields.get(field)?.options ?? null) : null}
              value={value}
              onChange={(next) => change({ ...condition, value: next })}
            />
          </>
        )}
        <NodeMenu node={row} />
      </div>
      {isPending(row) && (
        <p className={style.pending}>
          {row.written ? words.pendingChange(row.written.text) : words.pending}
        </p>
      )}
      <Problems id={row.id} />
    </li>
  );
}
