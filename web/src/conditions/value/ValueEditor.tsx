import type { ModelField } from '@/api/models';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import type { Value } from '../condition';
import type { Scalar, ScalarKind } from '../scalar';
import { ScalarEditor } from './ScalarEditor';
import style from './Value.module.css';

interface Props<Shown extends Value = Value> {
  kind: ScalarKind;
  value: Shown;
  options: ModelField['options'];
  onChange: (value: Value) => void;
}

/** The controls for what a condition compares with, by the shape that its operator takes. */
export function ValueEditor({ value, ...rest }: Props) {
  const words = useSection(conditions);
  switch (value.shape) {
    case 'one':
      return (
        <ScalarEditor
          {...rest}
          label={words.value}
          value={value.item}
          onChange={(item) => rest.onChange({ shape: 'one', item })}
        />
      );
    case 'list':
      return <ListEditor {...rest} value={value} />;
    case 'range':
      return <RangeEditor {...rest} value={value} />;
    case 'flag':
      return null; // "is empty" and "is not empty" say it all
  }
}

type List = Extract<Value, { shape: 'list' }>;

function ListEditor({ value, onChange, ...rest }: Props<List>) {
  const words = useSection(conditions);
  const change = (items: (Scalar | null)[]) => onChange({ shape: 'list', items });
  return (
    <ul className={style.list}>
      {value.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a value is known by its place
        <li key={index}>
          <ScalarEditor
            {...rest}
            label={words.nth(index + 1)}
            value={item}
            onChange={(next) => change(value.items.with(index, next))}
          />
          <Button
            square
            look="quiet"
            aria-label={words.removeValue(index + 1)}
            onPress={() => change(value.items.toSpliced(index, 1))}
          >
            <Icon name="close" />
          </Button>
        </li>
      ))}
      <li>
        <Button look="quiet" onPress={() => change([...value.items, null])}>
          <Icon name="plus" />
          {words.addValue}
        </Button>
      </li>
    </ul>
  );
}

type Range = Extract<Value, { shape: 'range' }>;

function RangeEditor({ value, onChange, ...rest }: Props<Range>) {
  const words = useSection(conditions);
  return (
    <div className={style.range}>
      {(['from', 'to'] as const).map((end) => (
        <div key={end}>
          <span aria-hidden="true">{words[end]}</span>
          <ScalarEditor
            {...rest}
            label={words[end]}
            value={value[end]}
            onChange={(next) => onChange({ ...value, [end]: next })}
            placeholder={words.open}
          />
        </div>
      ))}
    </div>
  );
}
