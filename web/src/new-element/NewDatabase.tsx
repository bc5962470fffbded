import { useState } from 'react';
import { ChoiceInput } from '@/task-form/inputs/ChoiceInput';
import { NumberInput } from '@/task-form/inputs/NumberInput';
import { TextInput } from '@/task-form/inputs/TextInput';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
import { Frame } from './Frame';
import style from './NewElement.module.css';
import { TitleAndName } from './TitleAndName';
import { useCreate } from './use-create';
import { useName } from './use-name';

const TYPES = ['sqlite', 'postgres', 'mysql', 'url'] as const;
type Type = (typeof TYPES)[number];
const SERVER_SETTINGS = [
  ['host', 'host'],
  ['user', 'user'],
  ['database', 'databaseName'],
] as const;

/** A database by its kind, whose password no file holds, or by its URL. */
export function NewDatabase({ close }: { close: () => void }) {
  const text = useSection(words);
  const [title, setTitle] = useState('');
  const [type, setType] = useState<Type>('sqlite');
  const [url, setUrl] = useState('');
  const [settings, setSettings] = useState<Readonly<Record<string, string | number | null>>>({});
  const naming = useName('databases', title);
  const create = useCreate(close);
  const put = (key: string) => (value: string | number | null) =>
    setSettings({ ...settings, [key]: value === '' ? null : value });
  const told = (key: string) => String(settings[key] ?? '');
  const ofType = type === 'sqlite' ? { database: settings.database ?? null } : { ...settings };
  const body = {
    title: title.trim(),
    ...naming.chosen,
    ...(type === 'url' ? { url, settings: {} } : { type, settings: ofType }),
  };
  return (
    <Frame
      title={text.titles.database}
      close={close}
      submit={() => create.mutate({ kind: 'database', body })}
      isPending={create.isPending}
      error={create.error}
    >
      <TitleAndName title={title} setTitle={setTitle} naming={naming} />
      <ChoiceInput
        label={text.databaseType}
        value={type}
        onChange={setType}
        problems={[]}
        options={TYPES.map((value) => ({ value, label: text.databaseTypes[value] }))}
      />
      {type === 'url' && (
        <TextInput
          label={text.url}
          value={url}
          onChange={setUrl}
          problems={[]}
          hint={text.urlHint}
          isCode
          isWide
        />
      )}
      {type === 'sqlite' && (
        <TextInput
          label={text.file}
          value={told('database')}
          onChange={put('database')}
          problems={[]}
          hint={text.fileHint}
          isCode
        />
      )}
      {(type === 'postgres' || type === 'mysql') && (
        <>
          <div className={style.row}>
            {SERVER_SETTINGS.map(([key, label]) => (
              <TextInput
                key={key}
                label={text[label]}
                value={told(key)}
                onChange={put(key)}
                problems={[]}
                isCode
              />
            ))}
            <NumberInput
              label={text.port}
              value={typeof settings.port === 'number' ? settings.port : null}
              onChange={put('port')}
              problems={[]}
            />
          </div>
          <p className={style.legend}>{text.passwordHint}</p>
        </>
      )}
    </Frame>
  );
}
