import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { treeQuery } from '@/api/elements';
import { ChoiceInput } from '@/task-form/inputs/ChoiceInput';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
import { FieldRows, type NewField } from './FieldRows';
import { Frame } from './Frame';
import { TitleAndName } from './TitleAndName';
import { useCreate } from './use-create';
import { useName } from './use-name';

/** A model of a table that the app owns: its fields, and the database that holds it. */
export function NewModel({ close }: { close: () => void }) {
  const text = useSection(words);
  const { data: elements = [] } = useQuery(treeQuery);
  const databases = elements.filter((each) => each.kind === 'database');
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [fields, setFields] = useState<readonly NewField[]>([{ id: 0, name: '', type: 'str' }]);
  const naming = useName('models', title);
  const create = useCreate(close);
  const database = chosen ?? databases[0]?.name ?? '';
  const written = fields
    .filter(({ name }) => name.trim() !== '')
    .map(({ name, type }) => `${name.trim()}:${type}`)
    .join(',');
  const body = {
    title: title.trim(),
    fields: written,
    database: database || null,
    ...naming.chosen,
  };
  return (
    <Frame
      title={text.titles.model}
      close={close}
      submit={() => create.mutate({ kind: 'model', body })}
      isPending={create.isPending}
      error={create.error}
    >
      <TitleAndName title={title} setTitle={setTitle} naming={naming} />
      {databases.length > 0 && (
        <ChoiceInput
          label={text.inDatabase}
          value={database}
          onChange={setChosen}
          problems={[]}
          options={databases.map((each) => ({ value: each.name, label: each.title }))}
        />
      )}
      <FieldRows fields={fields} onChange={setFields} />
    </Frame>
  );
}
