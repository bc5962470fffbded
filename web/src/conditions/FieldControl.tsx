import { ComboBox } from '@/parts/ComboBox';
import { TextField } from '@/parts/TextField';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import { useFilter } from './filter-context';

interface Props {
  value: string;
  onChange: (name: string) => void;
}

/** Chooses one of the model's fields; a model that may have others takes any name. */
export function FieldControl({ value, onChange }: Props) {
  const words = useSection(conditions);
  const { fields, isOpen } = useFilter();
  if (isOpen) {
    return (
      <TextField label={words.field} value={value} onChange={onChange} placeholder={words.field} />
    );
  }
  const known = [...fields.values()].map(({ name, title }) => ({
    id: name,
    label: title,
    hint: title === name ? undefined : name,
  }));
  const isForeign = value !== '' && !fields.has(value);
  return (
    <ComboBox
      label={words.field}
      placeholder={words.chooseField}
      options={isForeign ? [...known, { id: value, label: value, hint: words.notInModel }] : known}
      value={value === '' ? null : value}
      onChange={onChange}
      empty={words.noField}
    />
  );
}
