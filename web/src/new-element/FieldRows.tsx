import { Group } from 'react-aria-components';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { ChoiceInput } from '@/task-form/inputs/ChoiceInput';
import { TextInput } from '@/task-form/inputs/TextInput';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
import style from './NewElement.module.css';

export type FieldType = keyof typeof words.en.fieldTypes;

export interface NewField {
  readonly id: number;
  readonly name: string;
  readonly type: FieldType;
}

interface Props {
  fields: readonly NewField[];
  onChange: (fields: readonly NewField[]) => void;
}

export function FieldRows({ fields, onChange }: Props) {
  const text = useSection(words);
  const options = (Object.keys(text.fieldTypes) as FieldType[]).map((value) => ({
    value,
    label: text.fieldTypes[value],
  }));
  const put = (changed: NewField) =>
    onChange(fields.map((field) => (field.id === changed.id ? changed : field)));
  const next = Math.max(-1, ...fields.map(({ id }) => id)) + 1;
  return (
    <Group aria-label={text.fields} className={style.fields}>
      <span className={style.legend}>
        {text.fields}: {text.fieldsHint}
      </span>
      {fields.map((field) => (
        <div key={field.id} className={style.field}>
          <TextInput
            label={text.fieldName}
            value={field.name}
            onChange={(name) => put({ ...field, name })}
            problems={[]}
            isCode
          />
          <ChoiceInput
            label={text.fieldType}
            value={field.type}
            onChange={(type) => put({ ...field, type })}
            problems={[]}
            options={options}
          />
          <Button
            square
            look="quiet"
            aria-label={text.removeField(field.name)}
            onPress={() => onChange(fields.filter(({ id }) => id !== field.id))}
          >
            <Icon name="trash" />
          </Button>
        </div>
      ))}
      <div>
        <Button onPress={() => onChange([...fields, { id: next, name: '', type: 'str' }])}>
          <Icon name="plus" />
          {text.addField}
        </Button>
      </div>
    </Group>
  );
}
