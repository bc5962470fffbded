import { queryOptions } from '@tanstack/react-query';
import type { Version } from '@/editor/buffer';
import { ApiError, api, dataOf, type Shapes } from './client';

export type FileName =
  | 'e.json'
  | 'inner.py'
  | 'service.py'
  | 'model.py'
  | 'config.json'
  | 'app.json'
  | 'module.py';

export const fileKeys = {
  all: ['files'] as const,
  one: (element: string, file: FileName) => ['files', element, file] as const,
};

/** A file of an element; one that does not exist yet is empty, without a version. */
export function fileQuery(element: string, file: FileName) {
  return queryOptions({
    queryKey: fileKeys.one(element, file),
    queryFn: async ({ signal }): Promise<Version> => {
      const path = { element, file };
      try {
        const read = dataOf(
          await api.GET('/api/elements/{element}/files/{file}', { params: { path }, signal }),
        );
        return { text: read.text, sha256: read.sha256 };
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return { text: '', sha256: null };
        throw error;
      }
    },
  });
}

/** Saves a file if it still is of the version that the text began from (rule C14). */
export async function saveFile(
  element: string,
  file: FileName,
  text: string,
  base: string | null,
): Promise<Shapes['SavedFile']> {
  const expected = base === null ? { 'if-none-match': '*' } : { 'if-match': `"${base}"` };
  return dataOf(
    await api.PUT('/api/elements/{element}/files/{file}', {
      params: { path: { element, file }, header: expected },
      body: { text },
    }),
  );
}
