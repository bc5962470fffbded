import { env } from 'node:process';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { edit, equal, type Json, readDocument } from '@/document';
import { json, objectOf } from '@/document/texts';
import { type Codec, cellOf, changesTo } from './cell';
import {
  calendarDate,
  choice,
  flag,
  number,
  numbers,
  optionalText,
  requiredText,
  texts,
  timeOfDay,
  wallTime,
} from './codecs';

const numRuns = Number(env.JITTASK_PAGE_ROUNDS ?? 300);
vi.setConfig({ testTimeout: 30_000 + 20 * numRuns });

const units = choice(['day', 'hour'], 'day', { days: 'day' });
const days = numbers(-1, 31);

describe('a control', () => {
  const shown: [string, Codec<never>, Json, unknown][] = cases([
    ['a text', requiredText, 'Report', 'Report'],
    ['1 as on', flag(true), 1, true],
    ['1.0 as on', flag(true), JSON.parse('1.0') as Json, true],
    ['0 as off', flag(true), 0, false],
    ['another spelling of a choice', units, 'days', 'day'],
    ['a whole number', number(true), 7, 7],
    ['a number alone', days, 3, [3]],
    ['numbers in the order of the calendar', days, [-1, 5, 1, 5], [1, 5, -1]],
    ['no numbers for null', days, null, []],
    ['a list of texts', texts, ['a', 'b c'], ['a', 'b c']],
    ['a wall time', wallTime, '2026-01-05 09:00:00', '2026-01-05T09:00:00'],
    ['a leap day', calendarDate, '2028-02-29', '2028-02-29'],
    ['a time with seconds', timeOfDay, '09:00:30', '09:00:30'],
    ['nothing for an empty text', optionalText, '', ''],
  ]);
  it.each(shown)('shows %s', (_, codec, value, expected) => {
    expect(cellOf({ key: value }, ['key'], codec)).toMatchObject({
      kind: 'shown',
      value: expected,
    });
  });

  const raw: [string, Codec<never>, Json][] = cases([
    ['a number for a text', requiredText, 1],
    ['true for 0 or 1', flag(true), true],
    ['an unknown choice', units, 'fortnight'],
    ['half a number of units', number(true), 1.5],
    ['a text for a number', number(true), '7'],
    ['day 0', days, [0, 1]],
    ['day 32', days, 32],
    ['a list in a list', days, [[1]]],
    ['a text with a comma in a list', texts, ['a, b']],
    ['a text that begins with a blank in a list', texts, [' a']],
    ['a time without seconds', wallTime, '2026-01-05 09:00'],
    ['a time with an offset', wallTime, '2026-01-05T09:00:00+08:00'],
    ['30 February', wallTime, '2026-02-30 09:00:00'],
    ['25 o’clock', timeOfDay, '25:00'],
  ]);
  it.each(raw)('leaves %s raw', (_, codec, value) => {
    expect(cellOf({ key: value }, ['key'], codec)).toMatchObject({ kind: 'raw', json: value });
  });

  it('leaves raw what stands where an object has to be', () => {
    expect(cellOf({ a: [1] }, ['a', 'b'], requiredText)).toEqual({
      kind: 'raw',
      path: ['a'],
      json: [1],
      expected: 'object',
    });
    expect(cellOf({ a: null }, ['a', 'b'], requiredText)).toMatchObject({ kind: 'shown' });
  });
});

describe('writing', () => {
  it.each(
    cases<[string, Codec<never>, Json | undefined, unknown, Json | undefined]>([
      ['keeps a number alone', days, 3, [4], 4],
      ['makes a list of a second number', days, 3, [3, 4], [3, 4]],
      ['puts a number where the calendar has it', days, [1, -1], [1, 15, -1], [1, 15, -1]],
      ['keeps an order that is no calendar’s', days, [5, 1], [1, 3, 5], [5, 1, 3]],
      ['takes out a list that became empty', days, [1], [], undefined],
      ['writes a list', days, undefined, [2], [2]],
      ['writes seconds', wallTime, undefined, '2026-01-05T09:00', '2026-01-05 09:00:00'],
      ['keeps seconds where they are written', timeOfDay, '09:00:30', '10:15', '10:15:00'],
      ['takes out an optional text', optionalText, 'a', '', undefined],
      ['leaves a required text empty', requiredText, 'a', '', ''],
      ['writes a flag as it was on', flag(true), 0, true, 1],
      ['leaves an absent default absent', flag(true), undefined, true, undefined],
    ]),
  )('%s', (_, codec, was, value, expected) => {
    const root: Json = was === undefined ? { other: 1 } : { key: was, other: 1 };
    const cell = cellOf(root, ['key'], codec);
    expect(changed(root, changesTo(cell, codec, value as never))).toEqual(
      expected === undefined ? { other: 1 } : { key: expected, other: 1 },
    );
  });
});

describe('every control', () => {
  const every: [string, Codec<never>][] = cases([
    ['requiredText', requiredText],
    ['optionalText', optionalText],
    ['flag', flag(false)],
    ['choice', units],
    ['number', number(false)],
    ['whole number', number(true)],
    ['numbers', days],
    ['texts', texts],
    ['wallTime', wallTime],
    ['calendarDate', calendarDate],
    ['timeOfDay', timeOfDay],
  ]);
  const likely: fc.Arbitrary<Json> = fc.oneof(
    json,
    fc.constantFrom<Json>('', null, 0, 1, 'day', 'days', '09:00', '2026-01-05 09:00:00', []),
    fc.array(fc.integer({ min: -2, max: 33 }), { maxLength: 4 }),
    fc.array(fc.string(), { maxLength: 3 }),
  );

  it.each(every)('changes nothing when it is given what it shows: %s', (_, codec) => {
    fc.assert(
      fc.property(likely, (value) => {
        const root = objectOf([['key', value]]);
        const cell = cellOf(root, ['key'], codec);
        if (cell.kind === 'raw') return;
        expect(changesTo(cell, codec, cell.value)).toEqual([]);
      }),
      { numRuns },
    );
  });

  it.each(every)('shows what it has written: %s', (_, codec) => {
    fc.assert(
      fc.property(likely, likely, (value, wanted) => {
        const shows = cellOf(objectOf([['key', wanted]]), ['key'], codec);
        const root = objectOf([['key', value]]);
        const cell = cellOf(root, ['key'], codec);
        if (cell.kind === 'raw' || shows.kind === 'raw') return;
        const made = changed(root, changesTo(cell, codec, shows.value));
        const again = cellOf(made, ['key'], codec);
        expect(again.kind).toBe('shown');
        if (again.kind === 'raw') return;
        const [now, before] = [again.value, shows.value];
        expect(equal(codec.write(now, undefined), codec.write(before, undefined))).toBe(true);
      }),
      { numRuns },
    );
  });
});

/** The codecs of one table differ in what they show. */
function cases<T extends unknown[]>(list: readonly unknown[][]): T[] {
  return list as T[];
}

function changed(root: Json, changes: ReturnType<typeof changesTo>): Json {
  const edited = edit(JSON.stringify(root), changes);
  if ('refused' in edited) throw new Error(JSON.stringify(edited.refused));
  const reading = readDocument(edited.text);
  if ('problem' in reading) throw new Error(reading.problem.detail);
  return JSON.parse(edited.text) as Json;
}
