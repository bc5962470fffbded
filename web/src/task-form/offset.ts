import { type Change, type Json, type Path, set, valueAt } from '@/document';
import { type Codec, cellOf, changesTo } from './cell';
import { choice } from './codecs';

export const DIRECTIONS = [-1, 0, 1] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const UNITS = ['minute', 'hour', 'day', 'week', 'month', 'second'] as const;
export type Unit = (typeof UNITS)[number];

export const directionCodec: Codec<Direction> = choice(DIRECTIONS, 0);

/** The older plural spellings stay until another unit is chosen. */
export const unitCodec: Codec<Unit> = choice(UNITS, 'day', {
  minutes: 'minute',
  hours: 'hour',
  days: 'day',
  weeks: 'week',
  months: 'month',
  seconds: 'second',
});

/** On time has no amount, and before or after needs one. */
export function changesOfDirection(root: Json, offset: Path, direction: Direction): Change[] {
  const cell = cellOf(root, [...offset, 'offsetType'], directionCodec);
  const changes = changesTo(cell, directionCodec, direction);
  if (changes.length === 0) return [];
  const path = [...offset, 'offset'];
  const amount = valueAt(root, path);
  if (direction === 0) return amount === undefined ? changes : [...changes, set(path, 0)];
  if (amount !== undefined && amount !== 0) return changes;
  return [...changes, set(path, 1)];
}
