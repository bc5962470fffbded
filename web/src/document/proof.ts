import { getNodeValue, type Node } from 'jsonc-parser';
import { type Document, end, nodeAt, slice } from './document';
import { equal, type Json } from './json';
import type { Entry } from './splices';
import type { Step } from './steps';

/**
 * Proves, from the two texts alone, that a step did what it says and nothing else: what it
 * touches has the new value, and every byte elsewhere is the same (rule C12).
 */
export function isProved(before: Document, step: Step, after: Document): boolean {
  const old = nodeAt(before, step.path);
  const now = nodeAt(after, step.path);
  if (old === undefined || now === undefined) return false;
  if (!sameAround(before, old, after, now)) return false;
  if (step.kind === 'replace') return equal(jsonOf(now), step.value);
  if (old.type !== now.type) return false;
  const [was, is] = [partsOf(before, old), partsOf(after, now)];
  switch (step.kind) {
    case 'insert':
      return holds(now, step.index, step.entry) && isOneMore(was, is, step.index);
    case 'delete':
      return isOneMore(is, was, step.index);
    case 'move':
      return isMoved(was, is, step.from, step.to);
  }
}

/** The slices of a container's children, and what separates them: one more than children. */
interface Parts {
  readonly children: readonly string[];
  readonly gaps: readonly string[];
}

function partsOf(document: Document, container: Node): Parts {
  const children = container.children ?? [];
  const gaps: string[] = [];
  let done = container.offset + 1;
  for (const child of children) {
    gaps.push(document.text.slice(done, child.offset));
    done = end(child);
  }
  gaps.push(document.text.slice(done, end(container) - 1));
  return { children: children.map((child) => slice(document, child)), gaps };
}

function sameAround(before: Document, old: Node, after: Document, now: Node): boolean {
  return (
    before.text.slice(0, old.offset) === after.text.slice(0, now.offset) &&
    before.text.slice(end(old)) === after.text.slice(end(now))
  );
}

/** Whether `more` is `less` and one child, whose two gaps stand where one of them stood. */
function isOneMore(less: Parts, more: Parts, index: number): boolean {
  if (!sameList(less.children, more.children.toSpliced(index, 1))) return false;
  const [left, right] = [more.gaps[index], more.gaps[index + 1]];
  const instead = less.gaps[index];
  if (left === undefined || right === undefined || instead === undefined) return false;
  const isKept = instead === left || instead === right;
  const wasEmpty = less.children.length === 0;
  return (
    (isKept || wasEmpty) && sameList(less.gaps.toSpliced(index, 1), more.gaps.toSpliced(index, 2))
  );
}

function isMoved(was: Parts, is: Parts, from: number, to: number): boolean {
  const moved = was.children[from];
  if (moved === undefined) return false;
  const expected = was.children.toSpliced(from, 1).toSpliced(to, 0, moved);
  return sameList(expected, is.children) && sameList(was.gaps, is.gaps);
}

function holds(container: Node, index: number, entry: Entry): boolean {
  const child = container.children?.[index];
  if (child === undefined) return false;
  if (entry.key === undefined) return equal(jsonOf(child), entry.value);
  const [key, value] = child.children ?? [];
  return key?.value === entry.key && value !== undefined && equal(jsonOf(value), entry.value);
}

function jsonOf(node: Node): Json {
  return getNodeValue(node) as Json;
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each, index) => each === right[index]);
}
