import { expect, test } from 'vitest';
import { partsOf } from './notes';

test('a moved occurrence has its day and its reason', () => {
  expect(partsOf('rolled', 'moved from Fri 2026-12-25 (Christmas Day)')).toEqual({
    day: '2026-12-25',
    why: 'Christmas Day',
  });
  expect(partsOf('rolled', 'moved from Sat 2027-01-02 (weekend (Saturday))')).toEqual({
    day: '2027-01-02',
    why: 'weekend (Saturday)',
  });
});

test('a skipped one is not called so twice', () => {
  expect(partsOf('skipped-holiday', 'skipped: Christmas Day')).toEqual({ text: 'Christmas Day' });
  expect(partsOf('rolled-before-start', 'skipped: it would move to before startTime')).toEqual({
    text: 'it would move to before startTime',
  });
});

test.each([
  ['rolled', 'moved from elsewhere'],
  ['merged', '2 occurrences meet here'],
])('another text of %s stays whole', (code, text) => {
  expect(partsOf(code, text)).toEqual({ text });
});
