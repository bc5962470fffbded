import { expect, test } from 'vitest';
import { rangeOf } from './positions';

const TEXT = 'ab\n"😀x": 1\n\nlast';

test.each([
  ['the start', 1, 1, 1, 2, 'a'],
  ['code points are counted, not units', 2, 3, 2, 4, 'x'],
  ['an end is exclusive', 2, 1, 2, 5, '"😀x"'],
  ['several lines', 1, 2, 2, 2, 'b\n"'],
  ['beyond a line is its end', 1, 3, 1, 99, ''],
  ['beyond the text is its end', 9, 1, 9, 5, ''],
  ['an end before its start is no range', 4, 3, 4, 1, ''],
])('%s', (_, line, column, endLine, endColumn, expected) => {
  const { from, to } = rangeOf(TEXT, { line, column, endLine, endColumn });
  expect(TEXT.slice(from, to)).toBe(expected);
});
