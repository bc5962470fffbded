import {
  type Change,
  equal,
  isObject,
  type Json,
  type Path,
  remove,
  set,
  valueAt,
} from '@/document';

/** What a control should have been given instead of the value that it cannot show. */
export type Expected =
  | 'text'
  | 'flag'
  | 'choice'
  | 'number'
  | 'numbers'
  | 'texts'
  | 'time'
  | 'date'
  | 'object';

/** How a control's value stands in a file. */
export interface Codec<T> {
  readonly expected: Expected;
  /** What the control shows where nothing is written. */
  readonly absent: T;
  /** Other values that mean the same as nothing. */
  readonly empties?: readonly Json[];
  /** Whether the value of `absent` takes the key out; else it is written where the key stands. */
  readonly clears?: boolean;
  /** Returns what the control shows for a value; undefined where it has nothing that means it. */
  read(json: Json): T | undefined;
  /** Returns what is written; `was` is what stands there, whose form is kept where it can be. */
  write(value: T, was: Json | undefined): Json;
}

/** One place of a file, as a control shows it, or raw with what the control expected (rule C7). */
export type Cell<T> =
  | { readonly kind: 'shown'; readonly path: Path; readonly value: T; readonly json?: Json }
  | { readonly kind: 'raw'; readonly path: Path; readonly json: Json; readonly expected: Expected };

/** A control shows a value only if it would write that same value back. */
export function cellOf<T>(root: Json, path: Path, codec: Codec<T>): Cell<T> {
  const blocked = blockingPath(root, path);
  if (blocked !== null) {
    const json = valueAt(root, blocked) as Json;
    return { kind: 'raw', path: blocked, json, expected: 'object' };
  }
  const json = valueAt(root, path);
  if (json === undefined || codec.empties?.some((empty) => equal(empty, json))) {
    return { kind: 'shown', path, value: codec.absent, json };
  }
  const value = codec.read(json);
  return value !== undefined && equal(codec.write(value, json), json)
    ? { kind: 'shown', path, value, json }
    : { kind: 'raw', path, json, expected: codec.expected };
}

/** Returns the changes that make a cell show a value; none where it shows it already. */
export function changesTo<T>(cell: Cell<T>, codec: Codec<T>, value: T): Change[] {
  if (cell.kind === 'raw') return [];
  if (isSame(codec, value, cell.value)) return [];
  if (codec.clears && isSame(codec, value, codec.absent)) return [remove(cell.path)];
  return [set(cell.path, codec.write(value, cell.json))];
}

/** Returns the path of what stands where an object would have to be; null where none does. */
export function blockingPath(root: Json, path: Path): Path | null {
  let found: Json | undefined = root;
  for (const [depth, step] of path.entries()) {
    if (found === undefined || found === null) return null;
    if (!isObject(found)) return path.slice(0, depth);
    found = valueAt(found, [step]);
  }
  return null;
}

function isSame<T>(codec: Codec<T>, one: T, other: T): boolean {
  return Object.is(one, other) || equal(codec.write(one, undefined), codec.write(other, undefined));
}
