import type { Node } from 'jsonc-parser';
import { type Document, end, slice } from './document';
import type { Json } from './json';
import {
  colonOf,
  hasLineEnd,
  indentAt,
  isTall,
  type Layout,
  layoutOf,
  leading,
  written,
} from './layout';
import type { Splice } from './splice';

/** What goes into a container: a value, and its key where the container is an object. */
export interface Entry {
  readonly key?: string;
  readonly value: Json;
}

/** Returns the splice that puts a value in the place of another. */
export function replaceSplices(document: Document, node: Node, value: Json): Splice[] {
  const holder = node.parent?.type === 'property' ? node.parent.parent : node.parent;
  const tall =
    isContainer(node) || holder === undefined ? isTall(document, node) : isTall(document, holder);
  const indent = indentAt(document.text, node.offset);
  const insert = written(value, layoutOf(document), indent, tall);
  return [{ from: node.offset, to: end(node), insert }];
}

/** Returns the splice that puts an entry before the child that has the index now. */
export function insertSplices(
  document: Document,
  container: Node,
  index: number,
  entry: Entry,
): Splice[] {
  const layout = layoutOf(document);
  const children = container.children ?? [];
  const next = children[index];
  const sibling = next ?? children.at(-1);
  if (sibling === undefined) return [fillSplice(document, container, layout, entry)];
  const tall = isTall(document, container);
  const colon = sibling.type === 'property' ? colonOf(document, sibling) : layout.colon;
  const indent = indentAt(document.text, sibling.offset);
  const text = entryText(entry, layout, colon, indent, tall);
  const separator = separatorAt(document, container, index, layout);
  return next === undefined
    ? [{ from: end(sibling), to: end(sibling), insert: separator + text }]
    : [{ from: next.offset, to: next.offset, insert: text + separator }];
}

/** Returns the splice that takes a child out, with the separator before or after it. */
export function deleteSplices(container: Node, index: number): Splice[] {
  const children = container.children ?? [];
  const child = children[index];
  const next = children[index + 1];
  const previous = children[index - 1];
  if (child === undefined) return [];
  if (next !== undefined) return [{ from: child.offset, to: next.offset, insert: '' }];
  if (previous !== undefined) return [{ from: end(previous), to: end(child), insert: '' }];
  return [{ from: container.offset + 1, to: end(container) - 1, insert: '' }];
}

/** Returns the splices that move a child's slice to another index; separators stay. */
export function moveSplices(
  document: Document,
  container: Node,
  from: number,
  to: number,
): Splice[] {
  const children = container.children ?? [];
  const order = children.map((child) => slice(document, child));
  const [moved] = order.splice(from, 1);
  if (moved === undefined) return [];
  order.splice(to, 0, moved);
  return children.flatMap((child, index) => {
    const insert = order[index] ?? '';
    return slice(document, child) === insert
      ? []
      : [{ from: child.offset, to: end(child), insert }];
  });
}

/** An empty container's blanks make room for its first entry. */
function fillSplice(document: Document, container: Node, layout: Layout, entry: Entry): Splice {
  const outer = indentAt(document.text, container.offset);
  const tall = isTall(document, container);
  const inner = tall ? outer + layout.unit : outer;
  const text = entryText(entry, layout, layout.colon, inner, tall);
  const { lineEnd } = layout;
  const insert = tall ? lineEnd + inner + text + lineEnd + outer : text;
  return { from: container.offset + 1, to: end(container) - 1, insert };
}

function entryText(
  { key, value }: Entry,
  layout: Layout,
  colon: string,
  indent: string,
  tall: boolean,
): string {
  const text = written(value, layout, indent, tall);
  return key === undefined ? text : JSON.stringify(key) + colon + text;
}

/** Returns what separates two children near an index, without blank lines. */
function separatorAt(document: Document, container: Node, index: number, layout: Layout): string {
  const children = container.children ?? [];
  const left = Math.max(0, Math.min(index, children.length) - 2);
  const [before, after] = [children[left], children[left + 1]];
  if (before !== undefined && after !== undefined) {
    return withoutBlankLines(document.text.slice(end(before), after.offset));
  }
  const blanks = leading(document, container);
  return hasLineEnd(blanks) ? `,${withoutBlankLines(blanks)}` : layout.comma;
}

/** Keeps the indent, and one line end of several. */
function withoutBlankLines(separator: string): string {
  return separator.replace(/(\r\n|\n|\r(?!\n))\s*(?:\r\n|\n|\r)/g, '$1');
}

function isContainer(node: Node): boolean {
  return (node.children?.length ?? 0) > 0 && (node.type === 'object' || node.type === 'array');
}
