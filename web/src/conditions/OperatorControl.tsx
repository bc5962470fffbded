import { Select } from '@/parts/Select';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import { type FieldKind, type Operator, operatorsOf, type Value } from './condition';

interface Props {
  kind: FieldKind;
  operator: Operator;
  value: Value;
  /** `empty` says which of the two that `isnull` is. */
  onChange: (operator: Operator, empty: boolean) => void;
}

const NOT_EMPTY = 'isnull not';

/** Chooses the comparison, in words that suit the field; its sign is the hint. */
export function OperatorControl({ kind, operator, value, onChange }: Props) {
  const words = useSection(conditions);
  const offered = operatorsOf(kind);
  const shown = offered.includes(operator) ? offered : [...offered, operator];
  const options = shown.flatMap((id) =>
    id === 'isnull'
      ? [
          { id, label: words.empty },
          { id: NOT_EMPTY, label: words.notEmpty },
        ]
      : [{ id, label: words.operatorWords(id, kind), hint: id }],
  );
  return (
    <Select<string>
      label={words.operator}
      options={options}
      value={value.shape === 'flag' && !value.empty ? NOT_EMPTY : operator}
      onChange={(id) => {
        const chosen = shown.find((each) => each === id) ?? 'isnull';
        onChange(chosen, id !== NOT_EMPTY);
      }}
    />
  );
}
