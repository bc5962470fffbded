import { describe, expect, test } from 'vitest';
import type { ReadFilterNode } from '@/api/filters';
import { treeOf } from './read';

const condition = (value: unknown, operator = '='): ReadFilterNode => ({
  kind: 'condition',
  standalone: true,
  field: 'amount',
  operator,
  value,
  span: [0, 8],
});
const childOf = (read: ReadFilterNode, text = 'Q(a=1)  ') => treeOf(text, read, '').children[0];

describe('treeOf', () => {
  test.each<[string, unknown, string, object]>([
    ['a text', 'x', '=', { shape: 'one', item: 'x' }],
    ['a number', 1.5, '>', { shape: 'one', item: { number: '1.5' } }],
    [
      'a day',
      { relative: 'TODAY', offset: null },
      '<',
      { shape: 'one', item: { relative: 'TODAY' } },
    ],
    ['a list', ['x', 1], 'in', { shape: 'list', items: ['x', { number: '1' }] }],
    ['an open end', [null, 2], 'range', { shape: 'range', from: null, to: { number: '2' } }],
    ['a flag', 0, 'isnull', { shape: 'flag', empty: false }],
  ])('makes a row of %s', (_, value, operator, expected) => {
    const child = childOf(condition(value, operator));
    expect(child).toMatchObject({ kind: 'row', condition: { operator, value: expected } });
  });

  test.each<[string, unknown, string]>([
    ['nothing', null, '='],
    ['a number that lost digits', 2 ** 60, '='],
    ['a relative value with an offset', { relative: 'NOW', offset: 5 }, '='],
    ['a list that holds nothing', [null], 'in'],
    ['a range of three', [1, 2, 3], 'range'],
    ['one value for a list', 1, 'in'],
    ['a flag that is none', null, 'isnull'],
    ['an operator that is not known', 1, 'near'],
  ])('keeps %s as text', (_, value, operator) => {
    expect(childOf(condition(value, operator))).toMatchObject({ kind: 'raw', text: 'Q(a=1)  ' });
  });

  test('counts as JavaScript does, and so does the server', () => {
    const text = "Q('a','=','📄📄') & Q(b=1)";
    const read: ReadFilterNode = {
      kind: 'group',
      join: 'and',
      span: [0, text.length],
      children: [
        { ...condition('📄📄'), span: [0, 17] },
        { ...condition(1), span: [20, 26] },
      ],
    };
    expect(treeOf(text, read, '').source?.gaps).toEqual(['', ' & ', '']);
  });

  test('keeps a text with a comment between its rows as it is', () => {
    const text = '(Q(a=1) # why\n & Q(b=1))';
    const read: ReadFilterNode = {
      kind: 'group',
      join: 'and',
      span: [1, text.length - 1],
      children: [
        { ...condition(1), span: [1, 7] },
        { ...condition(1), span: [17, 23] },
      ],
    };
    expect(treeOf(text, read, '').children).toMatchObject([{ kind: 'raw', text }]);
  });
});
