import type { Node } from 'jsonc-parser';
import { type Document, end } from './document';
import { isObject, type Json } from './json';

/** How a document lays out what stands in a container: what is new then looks the same. */
export interface Layout {
  readonly lineEnd: string;
  /** What one level is indented by. */
  readonly unit: string;
  /** Between a key and its value. */
  readonly colon: string;
  /** Between items that stand in one line. */
  readonly comma: string;
  /** Whether arrays of plain values have a line for each. */
  readonly tallArrays: boolean;
}

const DEFAULT_UNIT = '  ';

export function layoutOf(document: Document): Layout {
  const { text, root } = document;
  const property = first(root, (node) => node.type === 'property');
  const colon = property === undefined ? ': ' : colonOf(document, property);
  const array = first(root, (node) => node.type === 'array' && (node.children?.length ?? 0) > 0);
  return {
    lineEnd: /\r\n|\n|\r/.exec(text)?.[0] ?? '\n',
    unit: unitOf(document),
    colon,
    comma: /\s/.test(colon) ? ', ' : ',',
    tallArrays: array !== undefined && leading(document, array).includes('\n'),
  };
}

/** Returns what stands between a key and its value. */
export function colonOf(document: Document, property: Node): string {
  const [key, value] = property.children ?? [];
  if (key === undefined || value === undefined) return ': ';
  return document.text.slice(end(key), value.offset);
}

/** Returns the blanks between a container's opening bracket and its first child, or its end. */
export function leading(document: Document, container: Node): string {
  const child = container.children?.[0];
  return document.text.slice(container.offset + 1, child?.offset ?? end(container) - 1);
}

/** Returns the blanks that the line of an offset begins with. */
export function indentAt(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}

/** Whether a container's children have lines of their own; an empty one does as its parent. */
export function isTall(document: Document, container: Node): boolean {
  if (hasLineEnd(leading(document, container))) return true;
  if ((container.children?.length ?? 0) > 0) return false;
  const holder = container.parent?.type === 'property' ? container.parent.parent : container.parent;
  return holder === undefined || hasLineEnd(leading(document, holder));
}

export function hasLineEnd(text: string): boolean {
  return /[\r\n]/.test(text);
}

/** Writes a value; its further lines, if it may have any, are indented from `indent`. */
export function written(value: Json, layout: Layout, indent: string, tall: boolean): string {
  const inner = indent + layout.unit;
  const wrapped = (open: string, parts: string[], close: string, apart: boolean): string => {
    if (parts.length === 0) return open + close;
    if (!apart) return open + parts.join(layout.comma) + close;
    const { lineEnd } = layout;
    return `${open}${lineEnd}${inner}${parts.join(`,${lineEnd}${inner}`)}${lineEnd}${indent}${close}`;
  };
  if (Array.isArray(value)) {
    const plain = value.every((item) => typeof item !== 'object' || item === null);
    const apart = tall && (!plain || layout.tallArrays);
    return wrapped(
      '[',
      value.map((item) => written(item, layout, inner, apart)),
      ']',
      apart,
    );
  }
  if (isObject(value)) {
    const parts = Object.entries(value).map(
      ([key, each]) => JSON.stringify(key) + layout.colon + written(each, layout, inner, tall),
    );
    return wrapped('{', parts, '}', tall);
  }
  return JSON.stringify(value);
}

function unitOf(document: Document): string {
  const blanks = leading(document, document.root);
  if (!hasLineEnd(blanks) || (document.root.children?.length ?? 0) === 0) return DEFAULT_UNIT;
  const indent = /[ \t]*$/.exec(blanks)?.[0] ?? '';
  const outer = indentAt(document.text, document.root.offset);
  return indent.startsWith(outer) && indent.length > outer.length
    ? indent.slice(outer.length)
    : DEFAULT_UNIT;
}

function first(node: Node, wanted: (node: Node) => boolean): Node | undefined {
  if (wanted(node)) return node;
  for (const child of node.children ?? []) {
    const found = first(child, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
