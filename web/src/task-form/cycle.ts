import {
  type Change,
  isObject,
  type Json,
  type JsonObject,
  remove,
  set,
  valueAt,
} from '@/document';
import { type Codec, cellOf, changesTo } from './cell';
import { choice } from './codecs';

export const CYCLES = [
  'normal',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'year',
  'custom',
] as const;
export type Cycle = (typeof CYCLES)[number];

/** How a month or year chooses its days, or a custom cycle its instants. */
export type Pattern = 'day' | 'week';
export type Rule = 'cron' | 'rrule';

export const REPEAT = ['timerCfg', 'repeat'] as const;
const TYPE = [...REPEAT, 'repeatType'] as const;

export const cycleCodec: Codec<Cycle> = choice(CYCLES, 'normal');

/** The keys that a cycle reads (rule F6); others do nothing there, and go when it is chosen. */
const KEYS: Readonly<Record<Cycle, readonly string[]>> = {
  normal: ['period'],
  minute: ['period'],
  hour: ['period'],
  day: ['period'],
  week: ['period', 'weekday'],
  month: ['period', 'subType', 'day', 'week', 'weekday'],
  year: ['period', 'month', 'subType', 'day', 'week', 'weekday'],
  custom: ['period', 'cron', 'rrule'],
};
const ALL_KEYS = new Set(Object.values(KEYS).flat());
const DEFAULT_HOUR = '0 9';

/** Returns the changes that choose a cycle; keys that it does not read are taken out. */
export function changesOfCycle(root: Json, cycle: Cycle): Change[] {
  const cell = cellOf(root, TYPE, cycleCodec);
  const changes = changesTo(cell, cycleCodec, cycle);
  if (changes.length === 0) return [];
  const idle = Object.keys(repeatOf(root)).filter(
    (key) => ALL_KEYS.has(key) && !KEYS[cycle].includes(key),
  );
  const start = valueAt(root, ['timerCfg', 'startTime']);
  const rule = cycle === 'custom' ? [set([...REPEAT, 'cron'], cronAt(start))] : [];
  return [...changes, ...idle.map((key) => remove([...REPEAT, key])), ...rule];
}

/** Returns how a month's or year's days are chosen, as the scheduler reads it. */
export function patternOf(root: Json): Pattern {
  const repeat = repeatOf(root);
  const hasWeek = repeat.subType === 'week' || Object.hasOwn(repeat, 'week');
  const hasOnlyWeekday = Object.hasOwn(repeat, 'weekday') && !Object.hasOwn(repeat, 'day');
  return hasWeek || hasOnlyWeekday ? 'week' : 'day';
}

export function changesOfPattern(root: Json, pattern: Pattern): Change[] {
  if (patternOf(root) === pattern) return [];
  const idle = pattern === 'week' ? ['day'] : ['week', 'weekday'];
  return [...idle.map((key) => remove([...REPEAT, key])), set([...REPEAT, 'subType'], pattern)];
}

export function ruleOf(root: Json): Rule {
  const { cron, rrule } = repeatOf(root);
  return typeof rrule === 'string' && typeof cron !== 'string' ? 'rrule' : 'cron';
}

export function changesOfRule(root: Json, rule: Rule): Change[] {
  if (ruleOf(root) === rule) return [];
  const start = valueAt(root, ['timerCfg', 'startTime']);
  return rule === 'rrule'
    ? [remove([...REPEAT, 'cron']), set([...REPEAT, 'rrule'], 'FREQ=DAILY')]
    : [remove([...REPEAT, 'rrule']), set([...REPEAT, 'cron'], cronAt(start))];
}

function repeatOf(root: Json): JsonObject {
  const repeat = valueAt(root, REPEAT);
  return isObject(repeat) ? repeat : {};
}

/** Every day at the time of the start. */
function cronAt(start: Json | undefined): string {
  const found = typeof start === 'string' ? /(\d\d):(\d\d)/.exec(start) : null;
  const [hour, minute] = found ? [Number(found[1]), Number(found[2])] : [];
  return `${minute === undefined ? DEFAULT_HOUR : `${minute} ${hour}`} * * *`;
}
