import {
  type Change,
  isObject,
  type Json,
  type JsonObject,
  remove,
  set,
  valueAt,
} from '@/document';
import { isDate, isWallTime } from './codecs';

/** What ends the repeats of a task; `other` is a time that no control shows. */
export type Ending = 'never' | 'time' | 'day' | 'field' | 'other';

export const END_TIME = ['timerCfg', 'endTime'] as const;
export const END_FIELD = ['timerCfg', 'endField'] as const;
export const END_TYPE = ['timerCfg', 'endTimeType'] as const;
export const END_OFFSET = ['timerCfg', 'endOffset'] as const;

/** Returns what ends the repeats, as the scheduler reads it: a field where both are named. */
export function endingOf(root: Json, hasRows: boolean): Ending {
  const { endTime, endField, endTimeType } = timingOf(root);
  const byBoth = Boolean(endTime) && Boolean(endField) && (endTimeType === 0 || endTimeType === 1);
  if (hasRows && endField && !(byBoth && endTimeType === 0)) return 'field';
  if (endTime === undefined || endTime === null || endTime === '') return 'never';
  if (typeof endTime !== 'string') return 'other';
  if (isDate(endTime)) return 'day';
  return isWallTime(endTime) ? 'time' : 'other';
}

/**
 * Returns the changes that choose an ending. `at` is the time that a first choice of one begins
 * with, and `field` the model's field; without a field, none can be chosen.
 */
export function changesOfEnding(
  root: Json,
  hasRows: boolean,
  ending: Ending,
  begin: { at: string; field: string | null },
): Change[] {
  if (endingOf(root, hasRows) === ending || ending === 'other') return [];
  const byField = [remove(END_FIELD), remove(END_OFFSET)];
  const time = valueAt(root, END_TIME);
  const written = typeof time === 'string' ? time.slice(0, 10) : '';
  const day = isDate(written) ? written : begin.at.slice(0, 10);
  switch (ending) {
    case 'never':
      return [remove(END_TIME), ...byField, remove(END_TYPE)];
    case 'day':
      return [...byField, ...typed(root, 0), set(END_TIME, day)];
    case 'time':
      return [
        ...byField,
        ...typed(root, 0),
        set(END_TIME, isDate(written) ? `${day} 23:59:59` : begin.at),
      ];
    case 'field':
      if (begin.field === null) return [];
      return [remove(END_TIME), ...typed(root, 1), set(END_FIELD, begin.field)];
  }
}

/** A file that says which end is meant goes on to say it. */
function typed(root: Json, type: 0 | 1): Change[] {
  return valueAt(root, END_TYPE) === undefined ? [] : [set(END_TYPE, type)];
}

function timingOf(root: Json): JsonObject {
  const timing = valueAt(root, ['timerCfg']);
  return isObject(timing) ? timing : {};
}
