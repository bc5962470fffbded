import { useQuery } from '@tanstack/react-query';
import { type TreeElement, treeQuery } from '@/api/elements';
import { useSection } from '@/words';
import * as words from '@/words/records';
import type { FilterKey } from './chips';
import type { RecordFilter } from './search';
import { rangeText } from './times';

const titles = new WeakMap<readonly TreeElement[], ReadonlyMap<string, string>>();

/** The titles of a tree by name, made once for all rows that show one. */
function titlesOf(elements: readonly TreeElement[]): ReadonlyMap<string, string> {
  const made =
    titles.get(elements) ?? new Map(elements.map((element) => [element.name, element.title]));
  titles.set(elements, made);
  return made;
}

/** Returns what names a task: its title where the tree has it, or its name. */
export function useTaskTitle(): (task: string) => string {
  const { data } = useQuery(treeQuery);
  const known = data && titlesOf(data);
  return (task) => known?.get(task) ?? task.replace(/^tasks\./, '');
}

/** Returns what writes a filter as its chip has it. */
export function useChipText(): (filter: RecordFilter, key: FilterKey) => string {
  const text = useSection(words);
  const titleOf = useTaskTitle();
  return (filter, key) => {
    const value = {
      status: () => filter.status?.map((status) => text.statuses[status]).join(', '),
      task: () => filter.task?.map(titleOf).join(', '),
      tag: () => filter.tag,
      row: () => filter.row,
      trigger: () => filter.trigger && text.triggers[filter.trigger],
      version: () => filter.version?.slice(0, 12),
      late: () => text.lateOnly,
      text: () => filter.text,
      time: () => rangeText(filter, text.timeRange),
    }[key]();
    return text.chip(text.filterNames[key], value ?? '');
  };
}
