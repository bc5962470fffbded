/** The statuses of runs, in the order of the tabs; `overdue` runs are among the pending ones. */
export const statuses = [
  'pending',
  'executing',
  'overdue',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type Status = (typeof statuses)[number];

export const triggers = ['schedule', 'manual', 'rerun', 'backfill', 'on-failure'] as const;
export type Trigger = (typeof triggers)[number];

/** Which records are shown; what is left out lets all through (rule C16). */
export interface RecordFilter {
  /** Without any, what has run: all but the pending ones. */
  status?: readonly Status[];
  task?: readonly string[];
  tag?: string;
  row?: string;
  trigger?: Trigger;
  /** The first digits of a version, six at least. */
  version?: string;
  late?: true;
  text?: string;
  /** ISO without a zone, which is then the app's, or relative as `7d` or `today`. */
  from?: string;
  to?: string;
}

/** A filter as an address has it: lists are joined by commas, which no name has. */
export interface RecordSearch {
  status?: string;
  task?: string;
  tag?: string;
  row?: string;
  trigger?: string;
  version?: string;
  late?: true;
  text?: string;
  from?: string;
  to?: string;
}

const LONGEST_TEXT = 200;

/** Reads an address, which anybody may have written: what means nothing is left out. */
export function readSearch(search: Record<string, unknown>): RecordSearch {
  return searchOf(
    compact({
      status: members(statuses, search.status),
      task: list(search.task),
      tag: text(search.tag),
      row: text(search.row),
      trigger: members(triggers, search.trigger)?.[0],
      version: version(search.version),
      late: search.late === true || search.late === 'true' ? true : undefined,
      text: text(search.text)?.slice(0, LONGEST_TEXT),
      from: text(search.from),
      to: text(search.to),
    }),
  );
}

/** The filter that an address means. */
export function filterOf(search: RecordSearch): RecordFilter {
  return compact({
    ...search,
    status: members(statuses, search.status),
    task: list(search.task),
    trigger: members(triggers, search.trigger)?.[0],
  });
}

/** The address of a filter; parts that let all through are not in it. */
export function searchOf(filter: RecordFilter): RecordSearch {
  return compact({ ...filter, status: joined(filter.status), task: joined(filter.task) });
}

function joined(values: readonly string[] | undefined): string | undefined {
  return values === undefined || values.length === 0 ? undefined : values.join(',');
}

function text(value: unknown): string | undefined {
  // the router reads a number where an address has digits
  const found = typeof value === 'number' ? String(value) : value;
  return typeof found === 'string' && found.trim() !== '' ? found : undefined;
}

function list(value: unknown): string[] | undefined {
  const found = [...new Set((text(value) ?? '').split(',').map((name) => name.trim()))];
  const named = found.filter((name) => name !== '');
  return named.length > 0 ? named : undefined;
}

function members<T extends string>(known: readonly T[], value: unknown): T[] | undefined {
  const found = list(value)?.filter((name): name is T => known.some((each) => each === name));
  return found && found.length > 0 ? found : undefined;
}

function version(value: unknown): string | undefined {
  const found = text(value)?.toLowerCase();
  return found !== undefined && /^[0-9a-f]{6,64}$/.test(found) ? found : undefined;
}

/** Without the members that have no value, so that equal filters are equal objects. */
function compact<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
