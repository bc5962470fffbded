import type { Json } from '@/document';
import type { Codec } from './cell';

/** A text that must be there. */
export const requiredText: Codec<string> = {
  expected: 'text',
  absent: '',
  read: textOf,
  write: (value) => value,
};

/** A text whose absence is an empty control. */
export const optionalText: Codec<string> = {
  ...requiredText,
  empties: [null, ''],
  clears: true,
};

/** 0 or 1, as a switch. */
export function flag(absent: boolean): Codec<boolean> {
  return {
    expected: 'flag',
    absent,
    read: (json) => (json === 1 ? true : json === 0 ? false : undefined),
    write: (value) => (value ? 1 : 0),
  };
}

/** One of some values; `synonyms` are other spellings, which stay until another is chosen. */
export function choice<T extends string | number>(
  options: readonly T[],
  absent: T,
  synonyms: Readonly<Record<string, T>> = {},
): Codec<T> {
  const read = (json: Json): T | undefined =>
    options.find((option) => option === json) ??
    (typeof json === 'string' && Object.hasOwn(synonyms, json) ? synonyms[json] : undefined);
  return {
    expected: 'choice',
    absent,
    read,
    write: (value, was) => (was !== undefined && read(was) === value ? was : value),
  };
}

/** A number; `absent` is shown where none is written, and null is an empty control. */
export function number(isWhole: boolean): Codec<number | null> {
  return {
    expected: 'number',
    absent: null,
    empties: [null],
    clears: true,
    read: (json) =>
      typeof json === 'number' && (!isWhole || Number.isSafeInteger(json)) ? json : undefined,
    write: (value) => value,
  };
}

/** A set of numbers: a number alone, or a list, whose order and repetitions stay. */
export function numbers(min: number, max: number): Codec<readonly number[]> {
  const isOne = (json: Json): json is number =>
    typeof json === 'number' && Number.isInteger(json) && json !== 0 && json >= min && json <= max;
  const read = (json: Json): readonly number[] | undefined => {
    const listed = Array.isArray(json) ? json : [json];
    return listed.every(isOne) ? [...new Set(listed)].toSorted(byCalendar) : undefined;
  };
  return {
    expected: 'numbers',
    absent: [],
    empties: [null, '', []],
    clears: true,
    read,
    write: (value, was) => {
      const [only] = value;
      if (typeof was === 'number' && only !== undefined && value.length === 1) return only;
      const listed = (Array.isArray(was) ? was : [was]).filter((each) => isOne(each as Json));
      const kept = (listed as number[]).filter((each) => value.includes(each));
      const added = value.filter((each) => !kept.includes(each));
      const wasInOrder = kept.every(
        (each, at) => at === 0 || byCalendar(kept[at - 1] as number, each) <= 0,
      );
      return wasInOrder ? [...kept, ...added].toSorted(byCalendar) : [...kept, ...added];
    },
  };
}

/** A list of texts. */
export const texts: Codec<readonly string[]> = {
  expected: 'texts',
  absent: [],
  empties: [null, []],
  clears: true,
  read: (json) => (Array.isArray(json) && json.every(isListable) ? (json as string[]) : undefined),
  write: (value) => [...value],
};

/** yyyy-MM-dd HH:mm:ss, as the value of a `datetime-local` input. */
export const wallTime: Codec<string> = {
  expected: 'time',
  absent: '',
  empties: [null, ''],
  clears: true,
  read: (json) =>
    typeof json === 'string' && isWallTime(json) ? json.replace(' ', 'T') : undefined,
  write: (value) => {
    const [day, time] = value.split('T');
    return `${day} ${time?.length === 5 ? `${time}:00` : time}`;
  },
};

/** yyyy-MM-dd, as the value of a `date` input. */
export const calendarDate: Codec<string> = {
  ...optionalText,
  expected: 'date',
  read: (json) => (typeof json === 'string' && isDate(json) ? json : undefined),
};

/** HH:mm, as the value of a `time` input; seconds stay where they are written. */
export const timeOfDay: Codec<string> = {
  ...optionalText,
  expected: 'time',
  read: (json) =>
    typeof json === 'string' && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(json)
      ? json
      : undefined,
  write: (value, was) =>
    typeof was === 'string' && was.length === 8 && value.length === 5 ? `${value}:00` : value,
};

export function isWallTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(text) && isDate(text.slice(0, 10))
  );
}

export function isDate(text: string): boolean {
  if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/** -1, the last, comes after all others. */
function byCalendar(one: number, other: number): number {
  return (
    (one < 0 ? Number.POSITIVE_INFINITY : one) - (other < 0 ? Number.POSITIVE_INFINITY : other) || 0
  );
}

/** Whether a text can stand in a list that people write with commas. */
function isListable(json: Json): boolean {
  return typeof json === 'string' && json !== '' && json === json.trim() && !/[,，、\n]/.test(json);
}

function textOf(json: Json): string | undefined {
  return typeof json === 'string' ? json : undefined;
}
