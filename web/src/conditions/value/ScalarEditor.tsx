import type { ModelField } from '@/api/models';
import { ComboBox } from '@/parts/ComboBox';
import { Select } from '@/parts/Select';
import { TextField } from '@/parts/TextField';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import { boundsOf, fits, isNumber, type Scalar, type ScalarKind } from '../scalar';
import { DateEditor } from './DateEditor';
import { LiteralEditor } from './LiteralEditor';

export interface ScalarEditorProps {
  label: string;
  kind: ScalarKind;
  value: Scalar | null;
  onChange: (value: Scalar | null) => void;
  options?: ModelField['options'];
  /** Said where nothing is given and that means something. */
  placeholder?: string;
}

/** The control for one value; what it would not write back is edited as it is written. */
export function ScalarEditor(props: ScalarEditorProps) {
  const { kind, value, options } = props;
  if (kind === 'other' || (value !== null && !fits(value, kind)))
    return <LiteralEditor {...props} />;
  if (kind === 'text' && options?.length) return <OptionEditor {...props} options={options} />;
  if (kind === 'number' || boundsOf(kind)) return <NumberEditor {...props} />;
  if (kind === 'boolean') return <BooleanEditor {...props} />;
  if (kind === 'date' || kind === 'datetime') return <DateEditor {...props} kind={kind} />;
  return <TextEditor {...props} />;
}

function TextEditor({ label, kind, value, onChange, placeholder }: ScalarEditorProps) {
  const isTime = kind === 'time';
  return (
    <TextField
      label={label}
      type={isTime ? 'time' : 'text'}
      value={typeof value === 'string' ? value : ''}
      onChange={(text) =>
        onChange(text === '' && (isTime || placeholder !== undefined) ? null : text)
      }
      placeholder={placeholder}
    />
  );
}

function NumberEditor({ label, kind, value, onChange, placeholder }: ScalarEditorProps) {
  const words = useSection(conditions);
  const text = value !== null && typeof value === 'object' && 'number' in value ? value.number : '';
  return (
    <TextField
      label={label}
      inputMode={kind === 'number' ? 'decimal' : 'numeric'}
      value={text}
      onChange={(typed) => onChange(typed.trim() === '' ? null : { number: typed.trim() })}
      placeholder={placeholder}
      error={text === '' || isNumber(text, kind) ? null : words.wrong(kind)}
    />
  );
}

function BooleanEditor({ label, value, onChange }: ScalarEditorProps) {
  const words = useSection(conditions);
  return (
    <Select
      label={label}
      placeholder={words.chooseValue}
      options={[
        { id: 'yes', label: words.yes },
        { id: 'no', label: words.no },
      ]}
      value={value === null ? null : value === true ? 'yes' : 'no'}
      onChange={(id) => onChange(id === 'yes')}
    />
  );
}

type OptionProps = ScalarEditorProps & { options: NonNullable<ModelField['options']> };

function OptionEditor({ label, value, onChange, options }: OptionProps) {
  const words = useSection(conditions);
  const text = typeof value === 'string' ? value : null;
  const known = options.map((option) => ({
    id: option.value,
    label: option.label,
    hint: option.label === option.value ? undefined : option.value,
  }));
  const isForeign = text !== null && !options.some((option) => option.value === text);
  return (
    <ComboBox
      label={label}
      placeholder={words.chooseValue}
      options={isForeign ? [...known, { id: text, label: text }] : known}
      value={text}
      onChange={onChange}
      empty={words.noOption}
    />
  );
}
