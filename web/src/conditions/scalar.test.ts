import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scalars } from './arbitrary';
import { fits, isWritable, readScalar, type Scalar, type ScalarKind, writeScalar } from './scalar';

describe('writeScalar', () => {
  test.each<[Scalar, string]>([
    ["it's", "'it\\'s'"],
    ['a\\b', "'a\\\\b'"],
    ['two\nlines', "'two\\nlines'"],
    ['\u0000\u2028', "'\\u0000\\u2028'"],
    ['📄', "'📄'"],
    ['\ud83d', "'\\ud83d'"],
    [{ number: '007' }, '7'],
    [{ number: '-.5' }, '-0.5'],
    [{ number: '3.' }, '3'],
    [{ number: '1.10' }, '1.10'],
    [{ number: '0' }, '0'],
    [true, 'True'],
    [{ relative: 'TODAY' }, 'TODAY()'],
  ])('%j is %s', (value, expected) => {
    expect(writeScalar(value)).toBe(expected);
  });

  test('is what readScalar reads', () => {
    fc.assert(
      fc.property(scalars, (value) => {
        const written = writeScalar(value);
        expect(writeScalar(readScalar(written) ?? 'nothing')).toBe(written);
      }),
    );
  });
});

describe('readScalar', () => {
  test.each<[string, Scalar | undefined]>([
    ['"double"', 'double'],
    [" 'a' ", 'a'],
    ["'a' 'b'", undefined],
    ["'\\d'", undefined],
    ["'open", undefined],
    ['soon', undefined],
    ['None', undefined],
    ['-2.5', { number: '-2.5' }],
    ['NOW()', { relative: 'NOW' }],
  ])('%s', (text, expected) => {
    expect(readScalar(text)).toEqual(expected);
  });
});

describe('fits', () => {
  test.each<[Scalar, ScalarKind, boolean]>([
    ['2026-05-05', 'date', true],
    ['2026-02-30', 'date', false],
    ['2026-05-05T09:00:00Z', 'datetime', false],
    ['2026-05-05 09:00', 'datetime', true],
    ['2026-05-05', 'datetime', true],
    [{ relative: 'NOW' }, 'datetime', true],
    [{ relative: 'NOW' }, 'date', false],
    ['48', 'number', false],
    [{ number: '48' }, 'number', true],
    ['two\nlines', 'text', false],
    [true, 'boolean', true],
    [{ number: '1' }, 'boolean', false],
    ['09:30', 'time', true],
    ['x', 'other', false],
  ])('%j, %s: %s', (value, kind, expected) => {
    expect(fits(value, kind)).toBe(expected);
  });
});

describe('isWritable', () => {
  test.each<[Scalar | null, ScalarKind, boolean]>([
    [null, 'text', false],
    ['', 'text', true],
    ['', 'date', false],
    [{ number: '' }, 'number', false],
    [{ number: '12.5' }, 'number', true],
    [{ number: '1e400' }, 'number', false],
    [{ number: '13' }, 'month', false],
    [{ number: '12' }, 'month', true],
    [{ number: '2026' }, 'year', true],
  ])('%j, %s: %s', (value, kind, expected) => {
    expect(isWritable(value, kind)).toBe(expected);
  });
});
