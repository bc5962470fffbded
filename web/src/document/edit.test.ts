import { describe, expect, it } from 'vitest';
import { type Change, edit, insertItem, moveItem, readDocument, remove, set } from '.';

const TALL =
  '{\n  "title": "A",\n  "timerCfg": {\n    "repeat": {"repeatType": "day", "period": 1.0}\n  }\n}\n';

describe('an edit', () => {
  const cases: [string, string, Change, string][] = [
    ['replaces a value', '{"a": 1}', set(['a'], 2), '{"a": 2}'],
    ['leaves a number that is equal as it is spelt', '{"a": 1.0}', set(['a'], 1), '{"a": 1.0}'],
    [
      'leaves a text that is equal as it is escaped',
      '{"a":"\\u0041"}',
      set(['a'], 'A'),
      '{"a":"\\u0041"}',
    ],
    [
      'adds a member as its sibling stands',
      '{\r\n\t"a": 1\r\n}',
      set(['b'], 2),
      '{\r\n\t"a": 1,\r\n\t"b": 2\r\n}',
    ],
    ['adds a member in one line', '{"a": 1, "b": 2}', set(['c'], 3), '{"a": 1, "b": 2, "c": 3}'],
    ['adds a member without blanks', '{"a":1}', set(['b'], 2), '{"a":1,"b":2}'],
    [
      'takes over what stands before commas',
      '{"a":1 ,"b":2}',
      set(['c'], 3),
      '{"a":1 ,"b":2 ,"c":3}',
    ],
    [
      'takes over leading commas',
      '{ "a" : 1\n, "b" : 2 }',
      set(['c'], 3),
      '{ "a" : 1\n, "b" : 2\n, "c" : 3 }',
    ],
    [
      'leaves blank lines behind',
      '{\n  "a": 1,\n\n  "b": 2\n}',
      set(['c'], 3),
      '{\n  "a": 1,\n\n  "b": 2,\n  "c": 3\n}',
    ],
    [
      'fills an empty object in lines',
      '{\n  "a": {}\n}',
      set(['a', 'b'], 1),
      '{\n  "a": {\n    "b": 1\n  }\n}',
    ],
    ['fills an empty object in a line', '{"a": { }}', set(['a', 'b'], 1), '{"a": {"b": 1}}'],
    ['fills an empty document', '{}\n', set(['a'], 1), '{\n  "a": 1\n}\n'],
    ['makes the objects that lack', '{"a": 1}', set(['b', 'c'], 2), '{"a": 1, "b": {"c": 2}}'],
    ['takes null for an object that lacks', '{"a": null}', set(['a', 'b'], 1), '{"a": {"b": 1}}'],
    ['keeps a byte order mark', '\uFEFF{"a": 1}', set(['a'], 2), '\uFEFF{"a": 2}'],
    ['adds to an array alone', '{"a": [1.0, 3]}', set(['a'], [1, 3, 5]), '{"a": [1.0, 3, 5]}'],
    ['takes from the middle of an array', '[1.0,\n 2, 3e0]', set([], [1, 3]), '[1.0,\n 3e0]'],
    [
      'touches of an object what differs',
      '{"a":1.0,"x": 0, "b":2}',
      set([], { a: 1, b: 3, c: 4 }),
      '{"a":1.0,"b":3, "c":4}',
    ],
    [
      'indents a value of several lines',
      '{\n  "a": 1\n}',
      set(['b'], { c: [] }),
      '{\n  "a": 1,\n  "b": {\n    "c": []\n  }\n}',
    ],
    ['takes out the first', '{\n  "a": 1,\n  "b": 2\n}', remove(['a']), '{\n  "b": 2\n}'],
    ['takes out the last', '{\n  "a": 1,\n  "b": 2\n}', remove(['b']), '{\n  "a": 1\n}'],
    ['takes out the only one', '{\n  "a": 1\n}', remove(['a']), '{}'],
    ['takes out nothing that is not there', '{"a": 1}', remove(['b', 'c']), '{"a": 1}'],
    ['puts an item before another', '{"a": [1, 2]}', insertItem(['a'], 1, 9), '{"a": [1, 9, 2]}'],
    ['moves an item', '[ {"a":1.0} ,2,\n3]', moveItem([], 0, 2), '[ 2 ,3,\n{"a":1.0}]'],
    ['moves a member', '{"a": 1,\n"b": 2}', moveItem([], 1, 0), '{"b": 2,\n"a": 1}'],
    [
      'keeps the order of unknown keys',
      TALL,
      set(['timerCfg', 'repeat', 'weekday'], [1]),
      TALL.replace('1.0', '1.0, "weekday": [1]'),
    ],
  ];

  it.each(cases)('%s', (_, text, change, expected) => {
    expect(edit(text, change)).toEqual({ text: expected });
  });

  it('makes several changes, or none', () => {
    const changes = [set(['a'], 2), set(['b', 'c'], 3)];
    expect(edit('{"a": 1}', changes)).toEqual({ text: '{"a": 2, "b": {"c": 3}}' });
    expect(edit('{"a": 1, "b": 0}', changes)).toEqual({
      refused: { reason: 'no-place', path: ['b', 'c'] },
    });
  });

  it.each([
    ['a member of an array', '{"a": []}', set(['a', 'b'], 1)],
    ['an item of an object', '{"a": {}}', set(['a', 0], 1)],
    ['an item beyond the end', '{"a": [1]}', set(['a', 2], 1)],
    ['an item of what is not there', '{}', set(['a', 0], 1)],
    ['a move beyond the end', '[1, 2]', moveItem([], 0, 2)],
    ['taking out the root', '{}', remove([])],
  ])('refuses %s', (_, text, change) => {
    expect(edit(text, change)).toMatchObject({ refused: { reason: 'no-place' } });
  });

  it('refuses a value that is no JSON, rather than write another', () => {
    expect(edit('{"a": 1}', set(['a'], Number.NaN))).toMatchObject({
      refused: { reason: 'not-proved' },
    });
  });
});

describe('reading', () => {
  it.each([
    ['a comment', '{"a": 1 // one\n}', 'syntax', 8, 14],
    ['a trailing comma', '{"a": 1,}', 'syntax', 8, 9],
    ['two values', '{} {}', 'syntax', 3, 4],
    ['nothing', '\uFEFF', 'syntax', 1, 1],
    ['a key that stands twice', '{"a": {"b": 1, "\\u0062": 2}}', 'duplicate-key', 15, 23],
    ['more levels than a file has', '['.repeat(201), 'too-deep', 200, 201],
  ])('gives the place of %s', (_, text, kind, from, to) => {
    expect(readDocument(text)).toMatchObject({ problem: { kind, from, to } });
  });

  it('takes a key named as an object of the engine for what it is', () => {
    const text = '{"__proto__": 1, "constructor": 2}';
    expect(readDocument(text)).toMatchObject({ document: { text } });
    expect(edit(text, set(['toString'], 3))).toEqual({
      text: '{"__proto__": 1, "constructor": 2, "toString": 3}',
    });
  });
});
