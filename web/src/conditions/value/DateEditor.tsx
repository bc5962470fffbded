import { useState } from 'react';
import { Select } from '@/parts/Select';
import { TextField } from '@/parts/TextField';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import type { Relative, Scalar } from '../scalar';
import type { ScalarEditorProps } from './ScalarEditor';
import style from './Value.module.css';

type Form = 'date' | 'datetime' | Relative;
const DATE_LENGTH = 'YYYY-MM-DD'.length;

/** A date, a date and time, or a relative one in words; the database holds wall time or dates. */
export function DateEditor({
  label,
  kind,
  value,
  onChange,
}: ScalarEditorProps & { kind: 'date' | 'datetime' }) {
  const words = useSection(conditions);
  const [chosen, setChosen] = useState<Form>(kind);
  const form = formOf(value) ?? (kind === 'date' && chosen === 'datetime' ? 'date' : chosen);
  const forms: Form[] = kind === 'date' ? ['date', 'TODAY'] : ['datetime', 'date', 'TODAY', 'NOW'];
  const text = typeof value === 'string' ? value : '';

  const choose = (next: Form) => {
    setChosen(next);
    if (next === 'TODAY' || next === 'NOW') onChange({ relative: next });
    else if (text === '') onChange(null);
    else onChange(next === 'date' ? text.slice(0, DATE_LENGTH) : `${text} 00:00:00`);
  };

  return (
    <div className={style.date}>
      <Select
        label={`${label}: ${words.dateForm}`}
        options={forms.map((id) => ({ id, label: words.dateForms[id], hint: words.dateHints[id] }))}
        value={form}
        onChange={choose}
      />
      {form !== 'TODAY' && form !== 'NOW' && (
        <TextField
          label={label}
          type={form === 'date' ? 'date' : 'datetime-local'}
          value={form === 'date' ? text : text.replace(' ', 'T')}
          onChange={(typed) => onChange(typed === '' ? null : withSeconds(typed.replace('T', ' ')))}
        />
      )}
    </div>
  );
}

function formOf(value: Scalar | null): Form | null {
  if (typeof value === 'string') return value.length > DATE_LENGTH ? 'datetime' : 'date';
  return value !== null && typeof value === 'object' && 'relative' in value ? value.relative : null;
}

function withSeconds(text: string): string {
  return /\d\d:\d\d:\d\d$/.test(text) || text.length === DATE_LENGTH ? text : `${text}:00`;
}
