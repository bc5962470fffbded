import { describe, expect, it } from 'vitest';
import { totalOf } from '@/api/records';
import { en } from '@/words/records';
import { chipsOf, without } from './chips';
import { localTime, rangeOf, rangeText } from './times';

describe('chips', () => {
  it('are the filters that are set', () => {
    const filter = { status: ['failed' as const], from: '7d', to: '1d', late: true as const };
    expect(chipsOf(filter)).toEqual(['status', 'late', 'time']);
    expect(without(filter, 'time')).toEqual({ status: ['failed'], late: true });
    expect(chipsOf({})).toEqual([]);
  });
});

describe('times', () => {
  it.each([
    [{ from: '7d' }, 'Last 7 days'],
    [{ from: 'yesterday', to: 'yesterday' }, 'Yesterday'],
    [{ from: '3h' }, 'since 3 h ago'],
    [{ from: '7d', to: '1d' }, '7 d ago to 1 d ago'],
    [{ to: '2026-05-01T09:00' }, 'until 2026-05-01 09:00'],
    [{ from: 'yesterday' }, 'since yesterday'],
    [{}, 'Any time'],
  ])('says %o in words', (range, expected) => {
    expect(rangeText(range, en.timeRange)).toBe(expected);
  });

  it('keeps relative ranges relative', () => {
    expect(rangeOf('7d')).toEqual({ from: '7d' });
    expect(localTime('7d')).toBe('');
    expect(localTime('2026-05-01')).toBe('2026-05-01T00:00');
    expect(localTime('2026-05-01T09:30')).toBe('2026-05-01T09:30');
  });
});

describe('totals', () => {
  const none = { count: 0, capped: false };
  const counts = {
    pending: { count: 5, capped: false },
    overdue: { count: 2, capped: false },
    executing: { count: 1, capped: false },
    completed: { count: 10_000, capped: true },
    failed: { count: 3, capped: false },
    skipped: none,
    cancelled: none,
  };

  it('count overdue runs once', () => {
    expect(totalOf(counts, ['pending', 'overdue'])).toEqual({ count: 5, capped: false });
    expect(totalOf(counts, ['overdue', 'failed'])).toEqual({ count: 5, capped: false });
  });

  it('are of what ran where no status is chosen', () => {
    expect(totalOf(counts, undefined)).toEqual({ count: 10_000, capped: true });
  });
});
