import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { checkQuery } from '@/api/unsaved';
import type { EditedFile } from '@/editor/edited-file';
import { useFile } from '@/editor/use-file';
import { useDebounced } from '@/parts/use-debounced';
import { type Diagnostic, ofFile } from './positions';

const QUIET_MILLIS = 250;
const NOTHING: readonly Diagnostic[] = [];

export interface Checked {
  /** The text that the places are of; that of the buffer may be newer. */
  readonly text: string;
  /** What is wrong in this file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Why the text could not be checked. */
  readonly error: unknown;
}

/** What the server's compiler finds in the text of a buffer (rule C11). */
export function useChecked(file: EditedFile): Checked {
  const { buffer } = useFile(file);
  const text = useDebounced(buffer?.text ?? '', QUIET_MILLIS);
  const { data, error } = useQuery({
    ...checkQuery(file.element, file.name, text),
    enabled: buffer !== null && !(buffer.base.sha256 === null && text === ''),
  });
  return useMemo(
    () => ({
      text: data?.text ?? '',
      diagnostics: data ? ofFile(data.diagnostics, file.element, file.name) : NOTHING,
      error,
    }),
    [data, error, file],
  );
}
