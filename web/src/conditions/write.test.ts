import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conditions, jsonOf, samples, trees } from './arbitrary';
import { type Condition, writeCondition } from './condition';
import { append, remove, setJoin, setNode, unwrap, wrap } from './edits';
import { saysTheSame } from './meaning';
import { treeOf } from './read';
import { type Group, leaves, type Node, newRow, type Row, withCondition } from './tree';
import { isEnclosed, writeFilter } from './write';

const over100: Condition = {
  field: 'amount',
  operator: '>',
  value: { shape: 'one', item: { number: '100' } },
};

function read(text: string, join: 'and' | 'or', parts: string[]): Group {
  const children = parts.map((part) => {
    const from = text.indexOf(part);
    const span: [number, number] = [from, from + part.length];
    const standalone = part.startsWith('Q');
    return { kind: 'condition' as const, field: part, operator: '=', value: 1, span, standalone };
  });
  return treeOf(text, { kind: 'group', join, children, span: [0, text.length] }, '');
}

function childOf(group: Group, index: number): Node {
  const child = group.children[index];
  if (child === undefined) throw new Error(`no child ${index}`);
  return child;
}

describe('what was not edited', () => {
  test('comes back byte for byte, in every form of rule D2', () => {
    fc.assert(
      fc.property(samples, ({ text, read: node }) => {
        expect(writeFilter(treeOf(text, node, ''))).toBe(text);
      }),
      { numRuns: 500 },
    );
  }, 30_000);

  test('keeps its own slice when another row is edited', () => {
    fc.assert(
      fc.property(samples, conditions, fc.nat(), ({ text, read: node }, condition, choice) => {
        const tree = treeOf(text, node, '');
        const rows = leaves(tree);
        const edited = rows[choice % rows.length];
        if (edited?.kind !== 'row') return;
        const made = withCondition(edited, condition, 'other');
        const written = writeFilter(setNode(tree, made));
        let at = 0;
        for (const row of leaves(setNode(tree, made))) {
          const slice = row.kind === 'raw' ? row.text : (row.written?.text ?? '');
          const found = written.indexOf(slice.replace(/^Q\((f\d = .*)\)$/s, '$1'), at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + 1;
        }
      }),
      { numRuns: 500 },
    );
  }, 30_000);

  test('is an empty filter for an empty text', () => {
    expect(writeFilter(treeOf('', null, ''))).toBe('');
  });

  test('is the whole text where the server reads nothing', () => {
    const tree = treeOf(' Q(a=1) and Q(b=2)', null, 'expected Q(…)');
    expect(writeFilter(tree)).toBe(' Q(a=1) and Q(b=2)');
  });
});

describe('an edit', () => {
  const text = "( Q('a','=',1)&(Q('b','=',1)  |  Q(c=1)) )";
  const span = (part: string): [number, number] => [
    text.indexOf(part),
    text.indexOf(part) + part.length,
  ];
  const tree = treeOf(
    text,
    {
      kind: 'group',
      join: 'and',
      span: [0, text.length],
      children: [
        {
          kind: 'condition',
          field: 'a',
          operator: '=',
          value: 1,
          span: span("Q('a','=',1)"),
          standalone: true,
        },
        {
          kind: 'group',
          join: 'or',
          span: span("(Q('b','=',1)  |  Q(c=1))"),
          children: [
            {
              kind: 'condition',
              field: 'b',
              operator: '=',
              value: 1,
              span: span("Q('b','=',1)"),
              standalone: true,
            },
            {
              kind: 'condition',
              field: 'c',
              operator: '=',
              value: 1,
              span: span('Q(c=1)'),
              standalone: true,
            },
          ],
        },
      ],
    },
    '',
  );
  const row = (id: string) => leaves(tree).find((leaf) => leaf.id === id) as Row;

  test.each<[string, Group, string]>([
    [
      'of a value changes that row alone',
      setNode(tree, withCondition(row('root.1.0'), over100, 'number')),
      "( Q('a','=',1)&(Q('amount','>',100)  |  Q(c=1)) )",
    ],
    [
      'that removes a row keeps the rest of the text',
      remove(tree, 'root.1.1'),
      "( Q('a','=',1)&Q('b','=',1) )",
    ],
    ['that removes a whole group leaves the other row', remove(tree, 'root.1'), "Q('a','=',1)"],
    [
      'that adds a row writes the sign as the group has it',
      append(tree, 'root', newRow(over100, 'number')),
      "Q('a','=',1)&(Q('b','=',1)  |  Q(c=1))&Q('amount','>',100)",
    ],
    [
      'of how a group is joined writes the other sign',
      setJoin(tree, 'root.1', 'and'),
      "( Q('a','=',1)&(Q('b','=',1)  &  Q(c=1)) )",
    ],
    [
      'that puts a row into a group changes nothing that is said yet',
      wrap(tree, 'root.0'),
      "Q('a','=',1)&(Q('b','=',1)  |  Q(c=1))",
    ],
    [
      'that dissolves a group puts its rows in its place',
      unwrap(tree, 'root.1'),
      "Q('a','=',1)&Q('b','=',1)&Q(c=1)",
    ],
  ])('%s', (_, edited, expected) => {
    expect(writeFilter(edited)).toBe(expected);
  });

  test('of a keyword condition makes calls of its neighbours too', () => {
    const keyword = read('Q(a=1, b = 2)', 'and', ['a=1', 'b = 2']);
    const second = childOf(keyword, 1) as Row;
    const edited = setNode(keyword, withCondition(second, over100, 'number'));
    expect(writeFilter(edited)).toBe("Q(a=1) & Q('amount','>',100)");
  });

  test('that is not complete leaves what the filter had', () => {
    const first = row('root.0');
    const typing: Condition = { ...over100, value: { shape: 'one', item: { number: '-' } } };
    const edited = setNode(tree, withCondition(first, typing, 'number'));
    expect(writeFilter(edited)).toBe(text);
  });

  test('that adds an incomplete row changes nothing', () => {
    const typing: Condition = { ...over100, value: { shape: 'one', item: null } };
    const added = append(treeOf(text, null, ''), 'root', newRow(typing, 'number'));
    expect(writeFilter(added)).toBe(text);
  });

  test('of a raw row cannot change what binds more tightly', () => {
    const source = 'Q(a=1) & Q(b=1)';
    const parts = read(source, 'and', ['Q(a=1)', 'Q(b=1)']);
    const raw: Node = {
      kind: 'raw',
      id: 'root.1',
      text: 'Q(x=1) | Q(y=1)',
      reason: '',
      source: '',
    };
    expect(writeFilter(setNode(parts, raw))).toBe('Q(a=1) & (Q(x=1) | Q(y=1))');
  });
});

describe('a tree that was made here', () => {
  test('is a text whose brackets close, outside of its texts', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(isEnclosed(`Q(${writeFilter(tree)})`)).toBe(true);
      }),
    );
  });
});

describe('isEnclosed', () => {
  test.each([
    ["Q('a','=',')')", true],
    ['Q(Q(a=1) | Q(b=1))', true],
    ['Q(a=1) | Q(b=1)', false],
    ['(Q(a=1))', true],
    ['(Q(a=1)) & (Q(b=1))', false],
    ["(Q('a','=',[')']))", true],
    ["Q('it\\'s', '=', [1])", true],
    ["Q('open", false],
  ])('%s: %s', (text, expected) => {
    expect(isEnclosed(text)).toBe(expected);
  });
});

describe('saysTheSame', () => {
  test('compares values, not their spelling', () => {
    fc.assert(
      fc.property(conditions, (condition) => {
        const { field, operator } = condition;
        const node = {
          kind: 'condition' as const,
          standalone: true,
          field,
          operator,
          value: jsonOf(condition.value),
          span: [0, 1] as [number, number],
        };
        const written = { condition, text: writeCondition(condition) };
        const row: Row = { kind: 'row', id: 'x', condition, written };
        const root: Group = {
          kind: 'group',
          id: 'root',
          join: 'or',
          children: [row],
          source: null,
        };
        expect(saysTheSame(root, node)).toBe(true);
        expect(saysTheSame(root, { ...node, field: 'other' })).toBe(false);
      }),
    );
  });
});
