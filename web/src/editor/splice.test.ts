import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applySplice, inverse, joined, type Splice, spliceBetween } from './splice';

const text = fc.string({
  unit: fc.constantFrom('a', 'b', '\n', '"', '😀', '🈀', '字'),
  maxLength: 12,
});

test('a splice makes the second text of the first, and its inverse the first again', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const splice = spliceBetween(before, after);
      expect(applySplice(before, splice)).toBe(after);
      expect(applySplice(after, inverse(splice))).toBe(before);
    }),
  );
});

test('a splice cuts no character in half', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { removed, inserted } = spliceBetween(before, after);
      expect(removed + inserted).not.toMatch(/\p{Surrogate}/u);
    }),
  );
  expect(spliceBetween('😀', '😁')).toEqual({ from: 0, removed: '😀', inserted: '😁' });
  expect(spliceBetween('😀', '🈀')).toEqual({ from: 0, removed: '😀', inserted: '🈀' });
});

test('two splices that touch are one, which does the same', () => {
  fc.assert(
    fc.property(text, text, text, (before, between, after) => {
      const both = joined(spliceBetween(before, between), spliceBetween(between, after));
      if (both !== null) expect(applySplice(before, both)).toBe(after);
      if (both !== null) expect(applySplice(after, inverse(both))).toBe(before);
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, Splice, Splice, Splice | null]>([
  ['typing on', typed(3, 'a'), typed(4, 'b'), typed(3, 'ab')],
  ['deleting back', deleted(3, 'b'), deleted(2, 'a'), deleted(2, 'ab')],
  ['deleting ahead', deleted(3, 'a'), deleted(3, 'b'), deleted(3, 'ab')],
  ['typing elsewhere', typed(3, 'a'), typed(9, 'b'), null],
  ['deleting elsewhere', typed(3, 'a'), deleted(0, 'b'), null],
])('%s', (_, first, second, both) => {
  expect(joined(first, second)).toEqual(both);
});

function typed(from: number, inserted: string): Splice {
  return { from, removed: '', inserted };
}

function deleted(from: number, removed: string): Splice {
  return { from, removed, inserted: '' };
}
