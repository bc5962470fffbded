import type { Json, Path } from './json';

/**
 * What is to become of a document. `set` makes what lacks on the way to its path, and touches of
 * an object or array only what differs; the others name a child of the container at their path.
 */
export type Change =
  | { readonly kind: 'set'; readonly path: Path; readonly value: Json }
  | { readonly kind: 'delete'; readonly path: Path }
  | { readonly kind: 'insert'; readonly path: Path; readonly index: number; readonly value: Json }
  | { readonly kind: 'move'; readonly path: Path; readonly from: number; readonly to: number };

export function set(path: Path, value: Json): Change {
  return { kind: 'set', path, value };
}

/** Takes a member or item out; nothing happens where it is not there. */
export function remove(path: Path): Change {
  return { kind: 'delete', path };
}

/** Puts an item into the array at a path, before the one that has the index now. */
export function insertItem(path: Path, index: number, value: Json): Change {
  return { kind: 'insert', path, index, value };
}

/** Moves the child at an index so that it then has the other. */
export function moveItem(path: Path, from: number, to: number): Change {
  return { kind: 'move', path, from, to };
}
