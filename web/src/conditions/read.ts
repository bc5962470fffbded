import type { ReadFilterNode } from '@/api/filters';
import { type Condition, type Operator, operators, shapeOf, type Value } from './condition';
import type { Scalar } from './scalar';
import type { Group, Node, Raw, Row, Slot } from './tree';

/**
 * The tree of a filter's text, as the server reads it. A text that it cannot read (`null`)
 * becomes one raw row with its reason; a raw row without a reason is one that has no controls.
 */
export function treeOf(text: string, read: ReadFilterNode | null, reason: string): Group {
  const root: Group = { kind: 'group', id: 'root', join: 'and', children: [], source: null };
  if (text.trim() === '') return root;
  if (read === null) return { ...root, children: [raw('0', text, reason)] };
  const reader = new Reader(text);
  const whole =
    read.kind === 'group'
      ? reader.group({ ...root, join: read.join }, read.children, 0, text.length)
      : reader.group(root, [read], 0, text.length);
  return whole ?? { ...root, children: [raw('0', text, '')] };
}

type ReadCondition = Extract<ReadFilterNode, { kind: 'condition' }>;

class Reader {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * The group with its children, which stand between two places of the text, and the text
   * between them; null where that has a comment, or where the children do not follow each other.
   */
  group(group: Group, children: ReadFilterNode[], from: number, to: number): Group | null {
    const nodes: Node[] = [];
    const slots: Slot[] = [];
    const gaps: string[] = [];
    let at = from;
    for (const [index, child] of children.entries()) {
      const [start = 0, end = 0] = child.span;
      if (start < at || end > to) return null;
      const text = this.#text.slice(start, end);
      const keyword = child.kind === 'condition' && !child.standalone;
      const node = this.#node(child, `${group.id}.${index}`, text, keyword);
      gaps.push(this.#text.slice(at, start));
      slots.push({ id: node.id, text, keyword });
      nodes.push(node);
      at = end;
    }
    gaps.push(this.#text.slice(at, to));
    if (gaps.some((gap) => gap.includes('#'))) return null;
    return { ...group, children: nodes, source: { join: group.join, gaps, slots } };
  }

  #node(read: ReadFilterNode, id: string, text: string, keyword: boolean): Node {
    switch (read.kind) {
      case 'group': {
        const group: Group = { kind: 'group', id, join: read.join, children: [], source: null };
        const [start = 0, end = 0] = read.span;
        return this.group(group, read.children, start, end) ?? raw(id, text, '');
      }
      case 'condition':
        return rowOf(read, id, keyword ? `Q(${text})` : text);
      case 'other':
        return raw(id, text, read.reason);
    }
  }
}

function raw(id: string, text: string, reason: string): Raw {
  return { kind: 'raw', id, text, reason, source: text };
}

function rowOf(read: ReadCondition, id: string, text: string): Row | Raw {
  const condition = conditionOf(read);
  if (condition === null) return raw(id, text, '');
  return { kind: 'row', id, condition, written: { condition, text } };
}

/** The condition as controls show it; null where they would show another value. */
export function conditionOf({ field, operator, value }: ReadCondition): Condition | null {
  const known = operators.find((name) => name === operator);
  const held = known && readValue(known, value);
  return known && held ? { field, operator: known, value: held } : null;
}

function readValue(operator: Operator, value: unknown): Value | null {
  switch (shapeOf(operator)) {
    case 'one': {
      const item = scalarOf(value);
      return item === undefined || item === null ? null : { shape: 'one', item };
    }
    case 'list': {
      const items = Array.isArray(value) ? value.map(scalarOf) : [undefined];
      return items.every((item) => item !== undefined && item !== null)
        ? { shape: 'list', items }
        : null;
    }
    case 'range': {
      const [from, to, more] = Array.isArray(value) ? value.map(scalarOf) : [];
      return from === undefined || to === undefined || more !== undefined
        ? null
        : { shape: 'range', from, to };
    }
    case 'flag': {
      const empty = value === 1 ? true : value === 0 ? false : value;
      return typeof empty === 'boolean' ? { shape: 'flag', empty } : null;
    }
  }
}

/** One value; null for an open end, undefined for what no control can hold. */
function scalarOf(value: unknown): Scalar | null | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return isExact(value) ? { number: plain(value) } : undefined;
    case 'object':
      return value === null ? null : relativeOf(value);
    default:
      return undefined;
  }
}

/** JSON's whole numbers above 2⁵³ have lost digits on their way here. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function plain(value: number): string {
  return String(value).replace('e+', 'e');
}

function relativeOf(value: object): Scalar | undefined {
  const relative = 'relative' in value ? value.relative : undefined;
  const offset = 'offset' in value ? value.offset : null;
  const known = relative === 'TODAY' || relative === 'NOW';
  return known && (offset === null || offset === undefined) ? { relative } : undefined;
}
