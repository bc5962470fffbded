import { type Condition, type FieldKind, isComplete, writeCondition } from './condition';

export type Join = 'and' | 'or';

/** A filter as it is edited: groups of rows. The root is a group, even of a single row. */
export type Node = Group | Row | Raw;

export interface Group {
  kind: 'group';
  id: string;
  join: Join;
  children: Node[];
  /** How it stood in the text that was read; null for a group that was made here. */
  source: GroupSource | null;
}

export interface Row {
  kind: 'row';
  id: string;
  condition: Condition;
  /** What the filter's text has of it: while a row is incomplete, what it had last. */
  written: Written | null;
}

/** What the tree has no form for, as text. */
export interface Raw {
  kind: 'raw';
  id: string;
  text: string;
  reason: string;
  /** The text that was read. */
  source: string;
}

export interface GroupSource {
  join: Join;
  /** The text before, between and after the children. */
  gaps: string[];
  slots: Slot[];
}

/** The place of a child in the text. */
export interface Slot {
  id: string;
  text: string;
  /** It is written as `name=value`, which is a condition only inside Q(…). */
  keyword: boolean;
}

export interface Written {
  condition: Condition;
  /** The condition by itself, as it stood in the text or as it is written anew. */
  text: string;
}

let made = 0;

/** A name for a node that was made here; those that were read are named by their place. */
export function newId(): string {
  made += 1;
  return `new-${made}`;
}

/** A row without a field; it is written once it has one, and a value. */
export function emptyRow(): Row {
  return newRow({ field: '', operator: '=', value: { shape: 'one', item: null } }, 'other');
}

export function newRow(condition: Condition, kind: FieldKind): Row {
  return withCondition({ kind: 'row', id: newId(), condition, written: null }, condition, kind);
}

export function newGroup(join: Join, children: Node[]): Group {
  return { kind: 'group', id: newId(), join, children, source: null };
}

/** The row with another condition, which is written as soon as it is complete. */
export function withCondition(row: Row, condition: Condition, kind: FieldKind): Row {
  const complete = isComplete(condition, kind);
  const written = complete ? { condition, text: writeCondition(condition) } : row.written;
  return { ...row, condition, written };
}

/** Whether a row has been changed to something that cannot be written yet. */
export function isPending(row: Row): boolean {
  return row.written?.condition !== row.condition;
}

export function otherJoin(join: Join): Join {
  return join === 'and' ? 'or' : 'and';
}

/** Every row and raw row, in the order of the text. */
export function leaves(node: Node): (Row | Raw)[] {
  return node.kind === 'group' ? node.children.flatMap(leaves) : [node];
}
