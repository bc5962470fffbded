import fc from 'fast-check';
import type { ReadFilterNode } from '@/api/filters';
import { type Condition, operators, shapeOf, type Value, writeCondition } from './condition';
import type { Scalar } from './scalar';
import { type Group, type Join, type Node, newGroup, newId, type Row } from './tree';

/** What the tests draw: values, conditions, trees, and texts as people write them. */
const number = fc.oneof(
  fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map(String),
  fc.constantFrom('0.5', '-2.25', '100', '1.10', '1e5', '007', '.5', '3.'),
);
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom("it's", 'back\\slash', 'line\nbreak', ') & Q(', '合同', '📄 1', '2026-05-05', ''),
);
export const scalars: fc.Arbitrary<Scalar> = fc.oneof(
  text,
  number.map((digits) => ({ number: digits })),
  fc.boolean(),
  fc.constantFrom({ relative: 'TODAY' as const }, { relative: 'NOW' as const }),
);

const ends = fc.option(scalars);

export const conditions: fc.Arbitrary<Condition> = fc
  .record({
    field: fc.constantFrom('status', 'amount', 'expiryDate', '状态'),
    operator: fc.constantFrom(...operators),
  })
  .chain((named) => valueFor(shapeOf(named.operator)).map((value) => ({ ...named, value })));

function valueFor(shape: Value['shape']): fc.Arbitrary<Value> {
  switch (shape) {
    case 'one':
      return scalars.map((item) => ({ shape, item }));
    case 'list':
      return fc.array(scalars, { maxLength: 3 }).map((items) => ({ shape, items }));
    case 'range':
      return fc.record({ shape: fc.constant(shape), from: ends, to: ends });
    case 'flag':
      return fc.boolean().map((empty) => ({ shape, empty }));
  }
}

const joins = fc.constantFrom<Join>('and', 'or');

function rowWith(condition: Condition): Row {
  const written = { condition, text: writeCondition(condition) };
  return { kind: 'row', id: newId(), condition, written };
}

const nodes = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    conditions.map(rowWith),
    fc
      .tuple(joins, fc.array(tie('node'), { minLength: 1, maxLength: 3 }))
      .map(([join, children]) => newGroup(join, children)),
  ),
})).node;

/** Trees that were made here, row by row. */
export const trees: fc.Arbitrary<Group> = fc
  .tuple(joins, fc.array(nodes, { minLength: 1, maxLength: 3 }))
  .map(([join, children]) => newGroup(join, children));

/** A text as somebody wrote it, with what the server reads in it. */
export interface Sample {
  text: string;
  read: ReadFilterNode;
}

const spaces = fc.constantFrom('', ' ', '  ', '\n ');

const calls: fc.Arbitrary<Sample> = fc.tuple(conditions, spaces).map(([condition, space]) => {
  const text = writeCondition(condition).replace(/^Q\(/, `Q${space}(`);
  return { text, read: conditionRead(condition, [0, text.length]) };
});

const unreadable: fc.Arbitrary<Sample> = fc
  .constantFrom("Q('amount','near',5)", "Q(  'a' ,'is', 1 )")
  .map((text) => ({ text, read: { kind: 'other', text, reason: 'why', span: [0, text.length] } }));

const keywords: fc.Arbitrary<Sample> = fc
  .array(scalars, { minLength: 2, maxLength: 3 })
  .map((items) => {
    const parts = items.map((item, index): Sample => {
      const condition: Condition = {
        field: `f${index}`,
        operator: '=',
        value: { shape: 'one', item },
      };
      const value = writeCondition(condition)
        .replace(/^Q\('f\d','=',/, '')
        .slice(0, -1);
      const text = `f${index} = ${value}`;
      return { text, read: conditionRead(condition, [0, text.length], false) };
    });
    return group('and', parts, [...parts.map((_, index) => (index === 0 ? 'Q( ' : ' ,')), ')']);
  });

const samplesWithin = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    calls,
    fc.oneof(calls, unreadable, keywords),
    fc
      .tuple(joins, fc.array(tie('sample'), { minLength: 2, maxLength: 3 }), spaces)
      .map(([join, parts, space]) => {
        const sign = join === 'and' ? '&' : '|';
        const gaps = parts.map((_, index) => (index === 0 ? '' : `${space}${sign}${space}`));
        return group(join, parts.map(enclosed), [...gaps, '']);
      }),
    fc
      .tuple(joins, tie('sample'), tie('sample'))
      .map(([join, left, right]) =>
        group(join, [left, right], ['Q(', `, Q.${join.toUpperCase()}, `, ')']),
      ),
  ),
})).sample;

/** Filters in all the forms of rule D2, with odd spaces around them. */
export const samples: fc.Arbitrary<Sample> = fc
  .tuple(spaces, samplesWithin, spaces)
  .map(([before, sample, after]) => ({
    text: `${before}${sample.text}${after}`,
    read: shifted(sample.read, before.length),
  }));

/** In parentheses, which the server counts as part of what they enclose. */
function enclosed({ text, read }: Sample): Sample {
  return { text: `(${text})`, read: { ...shifted(read, 1), span: [0, text.length + 2] } };
}

function group(join: Join, parts: Sample[], gaps: string[]): Sample {
  let text = gaps[0] ?? '';
  const children = parts.map((part, index) => {
    const read = shifted(part.read, text.length);
    text += part.text + (gaps[index + 1] ?? '');
    return read;
  });
  return { text, read: { kind: 'group', join, children, span: [0, text.length] } };
}

function shifted(node: ReadFilterNode, by: number): ReadFilterNode {
  const span = node.span.map((place) => place + by);
  return node.kind === 'group'
    ? { ...node, span, children: node.children.map((child) => shifted(child, by)) }
    : { ...node, span };
}

function conditionRead(condition: Condition, span: number[], standalone = true): ReadFilterNode {
  const { field, operator } = condition;
  return { kind: 'condition', field, operator, value: jsonOf(condition.value), span, standalone };
}

/** A value as the server sends it. */
export function jsonOf(value: Value): unknown {
  switch (value.shape) {
    case 'one':
      return plain(value.item);
    case 'list':
      return value.items.map(plain);
    case 'range':
      return [plain(value.from), plain(value.to)];
    case 'flag':
      return value.empty;
  }
}

function plain(item: Scalar | null): unknown {
  return item !== null && typeof item === 'object' && 'number' in item ? Number(item.number) : item;
}
