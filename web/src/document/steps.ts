import { getNodeValue, type Node } from 'jsonc-parser';
import type { Change } from './change';
import { type Document, member, nodeAt } from './document';
import { equal, isObject, type Json, type JsonObject, type Path } from './json';
import type { Splice } from './splice';
import { deleteSplices, type Entry, insertSplices, moveSplices, replaceSplices } from './splices';

/** One thing that happens to one place of a document; each is proved by itself. */
export type Step =
  | { readonly kind: 'replace'; readonly path: Path; readonly value: Json }
  | { readonly kind: 'insert'; readonly path: Path; readonly index: number; readonly entry: Entry }
  | { readonly kind: 'delete'; readonly path: Path; readonly index: number }
  | { readonly kind: 'move'; readonly path: Path; readonly from: number; readonly to: number };

/** Returns the first step of a change; null where nothing is left to do, `no-place` without one. */
export function nextStep(document: Document, change: Change): Step | null | 'no-place' {
  switch (change.kind) {
    case 'set':
      return settingStep(document, change.path, change.value);
    case 'delete':
      return deletingStep(document, change.path);
    case 'insert': {
      const array = nodeAt(document, change.path);
      const count = array?.children?.length ?? 0;
      if (array?.type !== 'array' || !isIndex(change.index, count)) return 'no-place';
      return { ...change, entry: { value: change.value } };
    }
    case 'move': {
      const container = nodeAt(document, change.path);
      const last = (container?.children?.length ?? 0) - 1;
      if (!isIndex(change.from, last) || !isIndex(change.to, last)) return 'no-place';
      return change.from === change.to ? null : change;
    }
  }
}

/** Returns the splices of a step. */
export function splicesOf(document: Document, step: Step): Splice[] {
  const node = nodeAt(document, step.path);
  if (node === undefined) return [];
  switch (step.kind) {
    case 'replace':
      return replaceSplices(document, node, step.value);
    case 'insert':
      return insertSplices(document, node, step.index, step.entry);
    case 'delete':
      return deleteSplices(node, step.index);
    case 'move':
      return moveSplices(document, node, step.from, step.to);
  }
}

function settingStep(document: Document, path: Path, value: Json): Step | null | 'no-place' {
  let node = document.root;
  for (const [depth, key] of path.entries()) {
    const here = path.slice(0, depth);
    const child = childOf(node, key);
    if (child === 'none') return 'no-place';
    if (child !== undefined) {
      node = child;
      continue;
    }
    const rest = nested(path.slice(depth + 1), value);
    if (rest === undefined) return 'no-place';
    if (node.type === 'null') return { kind: 'replace', path: here, value: { [key]: rest } };
    const entry = typeof key === 'string' ? { key, value: rest } : { value: rest };
    return { kind: 'insert', path: here, index: node.children?.length ?? 0, entry };
  }
  return differingStep(path, node, value);
}

/** Returns the step that makes a standing value more like another; null where they are equal. */
function differingStep(path: Path, node: Node, value: Json): Step | null {
  if (Array.isArray(value) && node.type === 'array') {
    return arrayStep(path, node, value);
  }
  if (isObject(value) && node.type === 'object') {
    const children = node.children ?? [];
    if (children.length === 0) return filling(path, value);
    const extra = children.findIndex((each) => !Object.hasOwn(value, keyOf(each)));
    for (const [key, each] of Object.entries(value)) {
      const property = member(node, key);
      const standing = property?.children?.[1];
      if (standing === undefined) {
        return { kind: 'insert', path, index: children.length, entry: { key, value: each } };
      }
      const step = differingStep([...path, key], standing, each);
      if (step !== null) return step;
    }
    return extra < 0 ? null : { kind: 'delete', path, index: extra };
  }
  return equal(getNodeValue(node) as Json, value) ? null : { kind: 'replace', path, value };
}

/** What is empty becomes full at once. */
function filling(path: Path, value: Json[] | JsonObject): Step | null {
  return Object.keys(value).length === 0 ? null : { kind: 'replace', path, value };
}

/** The items before and after the difference keep their bytes; within it, items are replaced. */
function arrayStep(path: Path, node: Node, value: Json[]): Step | null {
  const standing = getNodeValue(node) as Json[];
  if (standing.length === 0) return filling(path, value);
  const shorter = Math.min(standing.length, value.length);
  let same = 0;
  while (same < shorter && equal(standing[same] as Json, value[same] as Json)) same += 1;
  if (same === standing.length && same === value.length) return null;
  let tail = 0;
  while (
    tail < shorter - same &&
    equal(standing.at(-1 - tail) as Json, value.at(-1 - tail) as Json)
  ) {
    tail += 1;
  }
  const isGone = same === standing.length - tail;
  if (isGone) return { kind: 'insert', path, index: same, entry: { value: value[same] as Json } };
  if (same === value.length - tail) return { kind: 'delete', path, index: same };
  const item = node.children?.[same];
  if (item === undefined) return null;
  return differingStep([...path, same], item, value[same] as Json);
}

function deletingStep(document: Document, path: Path): Step | null | 'no-place' {
  const key = path.at(-1);
  if (key === undefined) return 'no-place';
  const container = nodeAt(document, path.slice(0, -1));
  const index =
    typeof key === 'number'
      ? key
      : (container?.children ?? []).findIndex((each) => keyOf(each) === key);
  if (container === undefined || nodeAt(document, path) === undefined) return null;
  return { kind: 'delete', path: path.slice(0, -1), index };
}

/** Returns a child; undefined where it could be put, `none` where the container is another kind. */
function childOf(node: Node, key: string | number): Node | undefined | 'none' {
  if (typeof key === 'string') {
    if (node.type === 'null') return undefined;
    return node.type === 'object' ? member(node, key)?.children?.[1] : 'none';
  }
  const children = node.children ?? [];
  return node.type === 'array' && isIndex(key, children.length) ? children[key] : 'none';
}

/** Wraps a value in the objects that a path lacks; an array is not made by naming an item. */
function nested(path: Path, value: Json): Json | undefined {
  let made: Json = value;
  for (const key of path.toReversed()) {
    if (typeof key === 'number') return undefined;
    made = { [key]: made };
  }
  return made;
}

function keyOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

function isIndex(index: number, last: number): boolean {
  return Number.isInteger(index) && index >= 0 && index <= last;
}
