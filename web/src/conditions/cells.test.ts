import { describe, expect, it } from 'vitest';
import { isMoment, plainNumber } from './cells';

describe('values of rows', () => {
  it.each([
    ['120.000000', '120'],
    ['75.500000', '75.5'],
    ['-0.010', '-0.01'],
    ['100', '100'],
    ['1.5', '1.5'],
    ['12345678901234567890.10', '12345678901234567890.1'],
    ['1.0e+20', '1.0e+20'],
  ])('have no zeros at the end of %s', (text, expected) => {
    expect(plainNumber(text)).toBe(expected);
  });

  it('are dates only where there is such a day', () => {
    expect(['2026-12-01', '2026-12-01T04:24:53', '2026-13-01', 'soon'].map(isMoment)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
