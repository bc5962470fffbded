import { expect, test } from 'vitest';
import { dateIn, monthsFrom, withRows } from './months';

test('twelve months follow from the one of today, over the end of a year', () => {
  const months = monthsFrom('2026-11-15', []);
  expect(months.map(({ month }) => month)).toEqual([
    '2026-11',
    '2026-12',
    ...Array.from({ length: 10 }, (_, index) => `2027-${String(index + 1).padStart(2, '0')}`),
  ]);
});

test.each([
  ['2026-02-01', 28],
  ['2028-02-01', 29],
  ['2026-04-30', 30],
  ['2026-12-31', 31],
])('the month of %s has %i days', (today, length) => {
  expect(monthsFrom(today, [])[0]?.days).toHaveLength(length);
});

test('a day has what is known of it; those before today are past', () => {
  const known = [{ date: '2026-12-25', holiday: 'Christmas Day', count: 2 }];
  const days = monthsFrom('2026-12-24', known)[0]?.days;
  expect(days?.[24]).toEqual({ ...known[0], isPast: false });
  expect(days?.[22]).toMatchObject({ count: 0, holiday: null, isPast: true });
  expect(days?.[23]?.isPast).toBe(false);
});

test('days of rows stand beside the holidays', () => {
  const holidays = [
    { date: '2026-12-25', holiday: 'Christmas Day', count: 0 },
    { date: '2027-01-01', holiday: "New Year's Day", count: 0 },
  ];
  const days = withRows(holidays, [
    { date: '2026-12-25', count: 3 },
    { date: '2026-12-30', count: 1 },
  ]);
  expect(days).toEqual([
    { date: '2026-12-25', holiday: 'Christmas Day', count: 3 },
    { date: '2026-12-30', holiday: null, count: 1 },
    holidays[1],
  ]);
});

test('a date is that of the zone', () => {
  const instant = new Date('2026-12-31T23:30:00Z');
  expect(dateIn('Asia/Shanghai', instant)).toBe('2027-01-01');
  expect(dateIn('America/New_York', instant)).toBe('2026-12-31');
});
