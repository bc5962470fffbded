import { createContext, useContext } from 'react';
import type { FilterProblem } from '@/api/filters';
import type { ModelField } from '@/api/models';
import type { FieldKind } from './condition';
import type { Group } from './tree';

/** A node's first control, or its menu. */
export interface Focus {
  node: string;
  part: 'first' | 'menu';
}

/** What the parts of the tree share: the model, and how they change the tree. */
export interface FilterEditing {
  root: Group;
  /** The model's fields by name; empty where they are not known. */
  fields: ReadonlyMap<string, ModelField>;
  /** Whether the model may have other fields, too. */
  isOpen: boolean;
  /** Whether rows can be added: not before there is a model to choose fields of. */
  canAdd: boolean;
  readOnly: boolean;
  /** What is wrong with rows, by their ids. */
  problems: ReadonlyMap<string, FilterProblem[]>;
  /** Takes another tree; `focus` is what then has the focus, `said` what is announced. */
  edit: (root: Group, focus?: Focus, said?: string) => void;
}

const FilterContext = createContext<FilterEditing | null>(null);
export const FilterProvider = FilterContext.Provider;

export function useFilter(): FilterEditing {
  const editing = useContext(FilterContext);
  if (editing === null) throw new Error('a part of a filter outside of one');
  return editing;
}

export function kindOf(fields: ReadonlyMap<string, ModelField>, name: string): FieldKind {
  return fields.get(name)?.kind ?? 'other';
}
