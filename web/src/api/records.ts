import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type RecordFilter, type Status, searchOf } from '@/records/search';
import { api, dataOf, type Shapes } from './client';

export type RunRecord = Shapes['Record'];
export type RecordPage = Shapes['RecordPage'];
export type RecordCounts = Shapes['RecordCounts'];
export type RunVersion = Shapes['RecordVersion'];
export type ComparedFile = Shapes['ComparedFile'];
export type LogLine = Shapes['LogLine'];

export const PAGE_RECORDS = 50;
/** Runs become overdue, and leave relative ranges, by time alone: no change tells of it. */
const AGEING_MILLIS = 30_000;

export const recordKeys = {
  /** Pages that are being read: no change replaces them, so their key is of no topic. */
  read: (filter: RecordFilter) => ['read-records', searchOf(filter)] as const,
  newest: (filter: RecordFilter) => ['records', 'newest', searchOf(filter)] as const,
  counts: (filter: RecordFilter) => ['records', 'counts', searchOf(filter)] as const,
  record: (run: number) => ['records', 'one', run] as const,
  /** A run that waits has no version yet: it gets one when it begins. */
  version: (run: number, version: string | null) => ['files', 'of-run', run, version] as const,
  found: (run: number, text: string) => ['log', run, 'found', text] as const,
};

function asked(filter: RecordFilter) {
  const { from, to, task, status, ...rest } = filter;
  return { ...rest, task: [...(task ?? [])], status: [...(status ?? [])], since: from, until: to };
}

async function page(filter: RecordFilter, signal: AbortSignal, after?: string) {
  const query = { ...asked(filter), limit: PAGE_RECORDS, after };
  return dataOf(await api.GET('/api/records', { params: { query }, signal }));
}

/** The pages of a listing as they were when they were asked for. */
export function readRecordsQuery(filter: RecordFilter) {
  return infiniteQueryOptions({
    queryKey: recordKeys.read(filter),
    queryFn: ({ signal, pageParam }) => page(filter, signal, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

/** Whether nobody reads there, so that what comes need not wait. */
function isEmpty(read: { pages: readonly RecordPage[] } | undefined): boolean {
  return read?.pages.every(({ records, next }) => records.length === 0 && next === null) ?? false;
}

/** The first page of a listing as it is now. */
export function newestRecordsQuery(filter: RecordFilter) {
  return queryOptions({
    queryKey: recordKeys.newest(filter),
    queryFn: async ({ signal, client }) => {
      const newest = await page(filter, signal);
      client.setQueryData(readRecordsQuery(filter).queryKey, (read) =>
        isEmpty(read) && newest.records.length > 0
          ? { pages: [newest], pageParams: [undefined] }
          : read,
      );
      return newest;
    },
    refetchInterval: AGEING_MILLIS,
  });
}

export function recordCountsQuery(filter: RecordFilter) {
  const { status: _, ...others } = filter;
  return queryOptions({
    queryKey: recordKeys.counts(others),
    queryFn: async ({ signal }) =>
      dataOf(await api.GET('/api/records/counts', { params: { query: asked(others) }, signal })),
    refetchInterval: AGEING_MILLIS,
    placeholderData: (before) => before,
  });
}

export function recordQuery(run: number) {
  return queryOptions({
    queryKey: recordKeys.record(run),
    queryFn: async ({ signal }) =>
      dataOf(await api.GET('/api/records/{run}', { params: { path: { run } }, signal })),
  });
}

export function recordVersionQuery(record: Pick<RunRecord, 'id' | 'version'>) {
  const path = { run: record.id };
  return queryOptions({
    queryKey: recordKeys.version(record.id, record.version),
    queryFn: async ({ signal }) =>
      dataOf(await api.GET('/api/records/{run}/version', { params: { path }, signal })),
  });
}

export function foundLinesQuery(run: number, text: string) {
  return queryOptions({
    queryKey: recordKeys.found(run, text),
    queryFn: async ({ signal }) =>
      dataOf(
        await api.GET('/api/records/{run}/log/search', {
          params: { path: { run }, query: { text } },
          signal,
        }),
      ),
    enabled: text !== '',
    placeholderData: (before) => before,
  });
}

/** Runs again by what is saved; `asLoaded` by what a runtime has loaded. */
export async function rerunRecord(run: number, asLoaded: boolean) {
  const params = { path: { run } };
  return dataOf(await api.POST('/api/records/{run}/rerun', { params, body: { asLoaded } }));
}

export async function endRecord(run: number, note: string) {
  return dataOf(
    await api.POST('/api/records/{run}/end', {
      params: { path: { run } },
      body: { note: note === '' ? null : note },
    }),
  );
}

export interface Counted {
  count: number;
  capped: boolean;
}

/** Where counts end, as the server's do. */
const MOST_COUNTED = 10_000;
const NOT_STARTED: readonly Status[] = ['pending', 'overdue'];

/** How many records pass a filter, by the counts of each status. */
export function totalOf(counts: RecordCounts, chosen: RecordFilter['status']): Counted {
  const all = Object.keys(counts) as Status[];
  const shown = chosen ?? all.filter((status) => !NOT_STARTED.includes(status));
  // overdue runs are counted as pending ones, too
  const apart = shown.filter((status) => status !== 'overdue' || !shown.includes('pending'));
  const sum = apart.reduce((total, status) => total + counts[status].count, 0);
  return {
    count: Math.min(sum, MOST_COUNTED),
    capped: sum > MOST_COUNTED || apart.some((status) => counts[status].capped),
  };
}
