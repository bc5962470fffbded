import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { readFilterQuery } from '@/api/filters';
import { modelsQuery } from '@/api/models';
import { Loading } from '@/parts/Loading';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import style from './Conditions.module.css';
import { type FilterEditing, FilterProvider, type Focus } from './filter-context';
import { GroupView } from './GroupView';
import { MatchingRows } from './MatchingRows';
import { PlainFilter } from './PlainFilter';
import { Problems } from './Problems';
import { problemsByRow } from './problems';
import { type Edited, namedFields, shownTree } from './shown';
import type { Group } from './tree';
import { writeFilter } from './write';

interface Props {
  /** Full name of the model; null while none is chosen. */
  model: string | null;
  text: string;
  onChange: (text: string) => void;
  readOnly?: boolean;
  /** The zone in which TODAY() and NOW() are meant: the task's. */
  zone?: string | null;
}

/**
 * The filter of a date-field task as a tree of groups and rows, with the rows that match (rule
 * C8). The text is the source of truth: what is not edited is written back byte for byte.
 */
export default function Conditions({
  model,
  text,
  onChange,
  readOnly = false,
  zone = null,
}: Props) {
  const words = useSection(conditions);
  const models = useQuery(modelsQuery);
  const known = models.data?.find((each) => each.name === model);
  const read = useQuery({
    ...readFilterQuery(known?.name ?? null, text),
    enabled: models.data !== undefined,
  });
  const [edited, setEdited] = useState<Edited | null>(null);
  const [said, setSaid] = useState('');
  const place = useRef<HTMLDivElement>(null);

  const failed = models.error ? models : read.error ? read : null;
  if (failed) {
    return (
      <>
        <Trouble error={failed.error} retry={() => void failed.refetch()} />
        <PlainFilter text={text} onChange={onChange} readOnly={readOnly} />
      </>
    );
  }
  const reading = read.data;
  if (reading === undefined) return <Loading />;

  const fields = new Map(known?.fields.map((field) => [field.name, field]));
  const { root, isCurrent } = shownTree(text, edited, reading, words.unreadable);

  const edit = (next: Group, focus?: Focus, saying = '') => {
    if (!isCurrent) return; // the tree of another text is shown until this one is read
    const written = writeFilter(next);
    flushSync(() => {
      setEdited({ text: written, root: next });
      setSaid(saying);
      if (written !== text) onChange(written);
    });
    if (focus !== undefined) focusOn(place.current, focus);
  };

  const editing: FilterEditing = {
    root,
    fields,
    isOpen: known === undefined || known.opaque,
    canAdd: model !== null,
    readOnly,
    problems: problemsByRow(root, reading.tree, reading.diagnostics),
    edit,
  };

  return (
    <FilterProvider value={editing}>
      <div ref={place} className={style.conditions}>
        {known === undefined && (
          <p className={style.hint}>{model === null ? words.noModel : words.noSuchModel(model)}</p>
        )}
        {known && root.children.length === 0 && <p className={style.hint}>{words.none}</p>}
        <GroupView group={root} />
        <Problems id={root.id} />
        <p role="status" className="visually-hidden">
          {said}
        </p>
        {known && reading.diagnostics.length === 0 && (
          <MatchingRows
            model={known.name}
            text={text}
            zone={zone}
            fields={fields}
            named={namedFields(root)}
          />
        )}
      </div>
    </FilterProvider>
  );
}

/** Gives the focus to a part of a node, or to what adds to a group that has none. */
function focusOn(place: HTMLElement | null, { node, part }: Focus): void {
  const id = CSS.escape(node);
  const control = part === 'menu' ? '[data-menu]' : ':is(input, button, textarea)';
  const target =
    place?.querySelector<HTMLElement>(`[data-node="${id}"] ${control}`) ??
    place?.querySelector<HTMLElement>(`[data-adding="${id}"] button`);
  target?.focus();
}
