import { describe, expect, it } from 'vitest';
import { edit, type Json } from '@/document';
import { changesOfCycle, changesOfPattern, changesOfRule, patternOf, ruleOf } from './cycle';
import { changesOfEnding, endingOf } from './ending';
import { changesOfDirection } from './offset';

describe('a cycle', () => {
  it.each<[string, Json, 'week' | 'month' | 'custom' | 'day', Json]>([
    ['is written where no repeat is', {}, 'week', { repeatType: 'week' }],
    [
      'keeps its period',
      { repeatType: 'day', period: 2 },
      'week',
      { repeatType: 'week', period: 2 },
    ],
    [
      'loses what it does not read',
      { repeatType: 'week', weekday: [1] },
      'day',
      { repeatType: 'day' },
    ],
    ['keeps unknown keys', { repeatType: 'week', note: 1 }, 'day', { repeatType: 'day', note: 1 }],
    [
      'is nothing new',
      { repeatType: 'day', weekday: [1] },
      'day',
      { repeatType: 'day', weekday: [1] },
    ],
    [
      'begins a custom one at the time of the start',
      { repeatType: 'day' },
      'custom',
      { repeatType: 'custom', cron: '15 8 * * *' },
    ],
  ])('%s', (_, repeat, cycle, expected) => {
    const root = { timerCfg: { startTime: '2026-01-05 08:15:00', repeat } };
    expect(changed(root, changesOfCycle(root, cycle))).toEqual({
      timerCfg: { ...root.timerCfg, repeat: expected },
    });
  });

  it.each<[string, Json, 'day' | 'week']>([
    ['nothing', {}, 'day'],
    ['days', { day: [1], weekday: [1] }, 'day'],
    ['weekdays alone', { weekday: [1] }, 'week'],
    ['a week, even an empty one', { week: null, day: [1] }, 'week'],
    ['a sub-type', { subType: 'week', day: [1] }, 'week'],
  ])('reads the days of a month with %s as the scheduler does', (_, repeat, pattern) => {
    expect(patternOf({ timerCfg: { repeat } })).toBe(pattern);
  });

  it('is given the other pattern and the other rule, without what they do not read', () => {
    const month = { timerCfg: { repeat: { repeatType: 'month', day: [1] } } };
    const byWeek = changed(month, changesOfPattern(month, 'week'));
    expect(byWeek).toEqual({ timerCfg: { repeat: { repeatType: 'month', subType: 'week' } } });
    expect(patternOf(byWeek)).toBe('week');
    const back = changed(byWeek, changesOfPattern(byWeek, 'day'));
    expect(patternOf(back)).toBe('day');
    const custom = { timerCfg: { repeat: { repeatType: 'custom', cron: '0 9 * * *' } } };
    const byRule = changed(custom, changesOfRule(custom, 'rrule'));
    expect(byRule).toEqual({ timerCfg: { repeat: { repeatType: 'custom', rrule: 'FREQ=DAILY' } } });
    expect(ruleOf(byRule)).toBe('rrule');
  });
});

describe('an ending', () => {
  const begin = { at: '2026-12-31 18:00:00', field: 'closedAt' };
  it.each<[string, Json, string]>([
    ['nothing', {}, 'never'],
    ['null', { endTime: null, endField: null }, 'never'],
    ['a date', { endTime: '2026-12-31' }, 'day'],
    ['a time', { endTime: '2026-12-31 18:00:00' }, 'time'],
    ['a time that is written another way', { endTime: '2026-12-31T18:00' }, 'other'],
    ['a field', { endField: 'closedAt' }, 'field'],
    [
      'both, of which the field is meant',
      { endTime: '2026-12-31', endField: 'a', endTimeType: 1 },
      'field',
    ],
    [
      'both, of which the time is meant',
      { endTime: '2026-12-31', endField: 'a', endTimeType: 0 },
      'day',
    ],
  ])('is read of %s', (_, timerCfg, expected) => {
    expect(endingOf({ timerCfg }, true)).toBe(expected);
  });

  it.each<[string, Json, 'never' | 'day' | 'time' | 'field', Json]>([
    ['a time', {}, 'time', { endTime: '2026-12-31 18:00:00' }],
    ['a day of the time', { endTime: '2026-06-30 18:00:00' }, 'day', { endTime: '2026-06-30' }],
    ['the end of the day', { endTime: '2026-06-30' }, 'time', { endTime: '2026-06-30 23:59:59' }],
    [
      'a field',
      { endTime: '2026-06-30', endTimeType: 0 },
      'field',
      { endTimeType: 1, endField: 'closedAt' },
    ],
    ['nothing', { endField: 'a', endOffset: {}, endTimeType: 1 }, 'never', {}],
  ])('becomes %s', (_, timerCfg, ending, expected) => {
    const root = { timerCfg };
    expect(changed(root, changesOfEnding(root, true, ending, begin))).toEqual({
      timerCfg: expected,
    });
  });
});

describe('a direction', () => {
  const path = ['timerCfg', 'startOffset'];
  it.each<[string, Json, -1 | 0 | 1, Json]>([
    ['gets an amount', {}, -1, { offsetType: -1, offset: 1 }],
    ['gets an amount for none', { offsetType: 0, offset: 0 }, 1, { offsetType: 1, offset: 1 }],
    ['keeps its amount', { offsetType: 1, offset: 7 }, -1, { offsetType: -1, offset: 7 }],
    ['loses its amount', { offsetType: 1, offset: 7 }, 0, { offsetType: 0, offset: 0 }],
  ])('%s', (_, startOffset, direction, expected) => {
    const root = { timerCfg: { startOffset } };
    expect(changed(root, changesOfDirection(root, path, direction))).toEqual({
      timerCfg: { startOffset: expected },
    });
  });
});

function changed(root: Json, changes: Parameters<typeof edit>[1]): Json {
  const edited = edit(JSON.stringify(root), changes);
  if ('refused' in edited) throw new Error(JSON.stringify(edited.refused));
  return JSON.parse(edited.text) as Json;
}
