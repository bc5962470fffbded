import { expect, test } from 'vitest';
import { isPausedAt } from './pause';

const pause = { task: 'tasks.A', since: '2026-12-01T08:00:00Z', until: null, note: null };
const ending = { ...pause, until: '2026-12-03T10:00:00+01:00' };

test('a pause holds until it ends, which is compared as an instant', () => {
  expect(isPausedAt(ending, '2026-12-03T08:59:00Z')).toBe(true);
  expect(isPausedAt(ending, '2026-12-03T09:00:00Z')).toBe(false);
});

test('one without an end holds always, and none never', () => {
  expect(isPausedAt(pause, '2036-12-03T09:00:00Z')).toBe(true);
  expect(isPausedAt(null, '2026-12-03T09:00:00Z')).toBe(false);
});
