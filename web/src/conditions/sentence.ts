import type { ModelField } from '@/api/models';
import type { en } from '@/words/conditions';
import type { Condition } from './condition';
import type { Scalar } from './scalar';
import type { Node } from './tree';

type Words = typeof en;
type Fields = ReadonlyMap<string, ModelField>;

/** A condition as people say it: "Amount is over 100". */
export function sentence({ field, operator, value }: Condition, fields: Fields, words: Words) {
  const known = fields.get(field);
  const title = known?.title ?? (field || words.field);
  if (operator === 'isnull') {
    return `${title} ${value.shape === 'flag' && !value.empty ? words.notEmpty : words.empty}`;
  }
  const comparison = words.operatorWords(operator, known?.kind ?? 'other');
  const say = (item: Scalar | null) => sayScalar(item, known, words);
  switch (value.shape) {
    case 'one':
      return `${title} ${comparison} ${say(value.item)}`;
    case 'list':
      return `${title} ${comparison} ${value.items.map(say).join(', ')}`;
    case 'range':
      return `${title} ${comparison} ${say(value.from)} ${words.and} ${say(value.to)}`;
    case 'flag':
      return `${title} ${comparison}`;
  }
}

function sayScalar(item: Scalar | null, field: ModelField | undefined, words: Words): string {
  if (item === null) return '…';
  if (typeof item === 'boolean') return item ? words.yes : words.no;
  if (typeof item === 'string') {
    const label = field?.options?.find((option) => option.value === item)?.label;
    return label ?? (item === '' ? '“”' : item);
  }
  return 'number' in item ? item.number || '…' : words.relative[item.relative];
}

/** A node in words, for those who hear it. */
export function nodeWords(node: Node, fields: Fields, words: Words): string {
  switch (node.kind) {
    case 'row':
      return sentence(node.condition, fields, words);
    case 'raw':
      return node.text;
    case 'group':
      return words.group(node.join, node.children.length);
  }
}
