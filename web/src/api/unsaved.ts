import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Shapes } from './client';
import type { FileName } from './files';

// What the server says of texts that are not saved. The keys begin as those of what the files
// of the tree decide, so that a change of the tree asks again.

export type Preview = Shapes['Preview'];

const KEPT_MILLIS = 60_000;

/** What is wrong in a text, with the text itself: the places are of that one. */
export function checkQuery(element: string, file: FileName, text: string) {
  return queryOptions({
    queryKey: ['diagnostics', 'unsaved', element, file, text],
    gcTime: KEPT_MILLIS,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const answer = await api.POST('/api/elements/{element}/check', {
        params: { path: { element } },
        body: { file, text },
        signal,
      });
      return { text, diagnostics: dataOf(answer).diagnostics };
    },
  });
}

export interface PreviewSearch {
  language: 'en' | 'zh';
  /** Whether a database is asked for the rows of a date-field task. */
  rows: boolean;
  /** The window of rows; 30 days from now where it is left out. */
  from?: string;
  to?: string;
}

/** What a task fires with an unsaved text (rule C9). */
export function previewQuery(task: string, text: string, search: PreviewSearch) {
  return queryOptions({
    queryKey: ['preview', task, text, search],
    gcTime: KEPT_MILLIS,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const answer = await api.POST('/api/tasks/{task}/preview', {
        params: { path: { task }, query: search },
        body: { text },
        signal,
      });
      const preview = dataOf(answer);
      return { ...preview, sentence: preview.sentence && standingAlone(preview.sentence) };
    },
  });
}

/** The server's sentence goes on from a label, so it begins small; the page shows it by itself. */
function standingAlone(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
