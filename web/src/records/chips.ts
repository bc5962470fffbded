import type { RecordFilter } from './search';

export const filterKeys = [
  'status',
  'task',
  'tag',
  'row',
  'trigger',
  'version',
  'late',
  'text',
  'time',
] as const;
export type FilterKey = (typeof filterKeys)[number];

const partsOf: Record<FilterKey, readonly (keyof RecordFilter)[]> = {
  status: ['status'],
  task: ['task'],
  tag: ['tag'],
  row: ['row'],
  trigger: ['trigger'],
  version: ['version'],
  late: ['late'],
  text: ['text'],
  time: ['from', 'to'],
};

/** The filters that are set, in a fixed order. */
export function chipsOf(filter: RecordFilter): FilterKey[] {
  return filterKeys.filter((key) => partsOf[key].some((part) => filter[part] !== undefined));
}

/** The filter without one of its parts. */
export function without(filter: RecordFilter, key: FilterKey): RecordFilter {
  const rest = { ...filter };
  for (const part of partsOf[key]) delete rest[part];
  return rest;
}
