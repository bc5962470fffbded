import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { type TreeElement, treeQuery } from '@/api/elements';
import { Button } from '@/parts/Button';
import { Field } from '@/parts/Field';
import { useSection } from '@/words';
import * as words from '@/words/records';
import type { TypedKey } from './FilterBar';
import style from './FilterBar.module.css';
import { filterOf, type RecordFilter, readSearch, searchOf } from './search';

const MOST_OFFERED = 50;

interface Props {
  kind: TypedKey;
  filter: RecordFilter;
  apply: (filter: RecordFilter) => void;
}

/** The value of one filter that is typed; a task is added to those that are chosen already. */
export function FilterForm({ kind, filter, apply }: Props) {
  const text = useSection(words);
  const id = useId();
  const { data: elements } = useQuery(treeQuery);
  const [value, setValue] = useState(kind === 'task' ? '' : (filter[kind] ?? ''));
  const offers = kind === 'task' ? offered(elements ?? [], value) : [];
  const next = changed(filter, kind, value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next !== null) apply(next);
  };
  return (
    <form onSubmit={submit} className={style.form}>
      <Field
        autoFocus
        label={text.filterNames[kind]}
        hint={text.filterHints[kind]}
        value={value}
        onChange={setValue}
        offers={offers.length > 0 ? { id, values: offers } : undefined}
      />
      <Button type="submit" look="primary" isDisabled={next === null}>
        {text.apply}
      </Button>
    </form>
  );
}

/** The first tasks whose name or title has what is typed. */
function offered(elements: readonly TreeElement[], typed: string) {
  const sought = typed.trim().toLowerCase();
  return elements
    .filter(({ kind, name, title }) => {
      return kind === 'task' && `${name}\n${title}`.toLowerCase().includes(sought);
    })
    .slice(0, MOST_OFFERED)
    .map(({ name, title }) => ({ value: name, label: title }));
}

/** The filter with a typed value; null where the value means nothing. */
function changed(filter: RecordFilter, kind: TypedKey, value: string): RecordFilter | null {
  const typed = value.trim();
  const names = kind === 'task' ? [...(filter.task ?? []), typed].join(',') : typed;
  const next = filterOf(readSearch({ ...searchOf(filter), [kind]: names }));
  return typed !== '' && next[kind] !== undefined ? next : null;
}
