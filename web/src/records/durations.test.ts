import { describe, expect, it } from 'vitest';
import { duration, durationText, lateness } from './durations';

const units = { day: 'd', hour: 'h', minute: 'min', second: 's', millisecond: 'ms' };
const SECOND = 1_000;

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_234, '1.2 s'],
    [10_000, '10 s'],
    [59_999, '1 min'],
    [64 * SECOND, '1 min 4 s'],
    [3_600 * SECOND, '1 h'],
    [3_661 * SECOND, '1 h 1 min'],
    [86_400 * SECOND + 5 * SECOND, '1 d'],
    [90_000 * SECOND, '1 d 1 h'],
    [-64 * SECOND, '−1 min 4 s'],
  ])('writes %d ms as %s', (millis, expected) => {
    expect(durationText(millis, units)).toBe(expected);
  });

  const record = {
    trigger: 'schedule',
    effective: '2026-05-01T09:00:00+00:00',
    delaySeconds: 0,
    started: '2026-05-01T09:00:02+00:00',
    attempts: [
      { started: '2026-05-01T09:00:02+00:00', finished: '2026-05-01T09:00:03+00:00' },
      { started: '2026-05-01T09:01:00+00:00', finished: null },
    ],
  };

  it('measures from the instant to the start of the first attempt', () => {
    expect(lateness(record)).toBe(2_000);
    expect(lateness({ ...record, started: null })).toBeNull();
    expect(lateness({ ...record, trigger: 'backfill' })).toBeNull();
    expect(lateness({ ...record, started: '2026-05-01T08:59:59.990+00:00' })).toBe(0);
    expect(lateness({ ...record, delaySeconds: 1.5 })).toBe(500);
  });

  it('measures the last attempt, which may still execute', () => {
    expect(duration(record, Date.parse('2026-05-01T09:01:30Z'))).toBe(30_000);
    expect(duration({ ...record, attempts: record.attempts.slice(0, 1) }, 0)).toBe(1_000);
    expect(duration({ ...record, attempts: [] }, 0)).toBeNull();
  });
});
