import type { ReadFilterNode } from '@/api/filters';
import { type Condition, scalarsOf } from './condition';
import { conditionOf } from './read';
import type { Group, Node } from './tree';

/** What a filter says, whatever its spacing, its parentheses and the spelling of its numbers. */
type Meaning = { leaf: string } | { join: string; parts: Meaning[] };

/** Whether the text that a tree was written to is read as that same tree. */
export function saysTheSame(tree: Group, read: ReadFilterNode | null): boolean {
  return JSON.stringify(meaningOf(tree)) === JSON.stringify(read && meaningOfRead(read));
}

function meaningOf(node: Node): Meaning | null {
  switch (node.kind) {
    case 'group':
      return joined(node.join, node.children.map(meaningOf));
    case 'row':
      return node.written && ofCondition(node.written.condition);
    case 'raw':
      return node.text.trim() === '' ? null : { leaf: node.text.trim() };
  }
}

function meaningOfRead(node: ReadFilterNode): Meaning {
  switch (node.kind) {
    case 'group':
      return joined(node.join, node.children.map(meaningOfRead)) ?? { leaf: '' };
    case 'condition': {
      const condition = conditionOf(node);
      return condition ? ofCondition(condition) : { leaf: JSON.stringify(node.value) };
    }
    case 'other':
      return { leaf: node.text.trim() };
  }
}

function ofCondition({ field, operator, value }: Condition): Meaning {
  const values = scalarsOf(value).map((item) =>
    item !== null && typeof item === 'object' && 'number' in item ? Number(item.number) : item,
  );
  const flag = value.shape === 'flag' && value.empty;
  return { leaf: JSON.stringify([field, operator, values, flag]) };
}

function joined(join: string, children: (Meaning | null)[]): Meaning | null {
  const parts = children
    .filter((child) => child !== null)
    .flatMap((child) => ('parts' in child && child.join === join ? child.parts : [child]));
  const [only] = parts;
  return parts.length > 1 ? { join, parts } : (only ?? null);
}
