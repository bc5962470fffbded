import { useQueryClient } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import type { FileName } from '@/api/files';
import { useSection } from '@/words';
import * as words from '@/words/editor';
import type { EditedFile, FileState } from './edited-file';
import { EditedFiles } from './edited-files';

const PAGE = crypto.randomUUID();

/** The files of one element while they are edited; the caller has the element as its key. */
export function useEditedFiles(element: string, names: readonly FileName[]): EditedFiles {
  const queries = useQueryClient();
  const { steps: labels } = useSection(words);
  const [files] = useState(
    () => new EditedFiles(element, names, { queries, storage: localStorage, labels, page: PAGE }),
  );
  return files;
}

export function useFile(file: EditedFile): FileState {
  return useSyncExternalStore(file.subscribe, file.snapshot);
}

export function useFileStates(files: EditedFiles): readonly FileState[] {
  return useSyncExternalStore(files.subscribe, files.snapshot);
}

/** Whether any of them has an edit that is not saved. */
export function useIsDirty(files: EditedFiles): boolean {
  return useSyncExternalStore(files.subscribe, () => files.isDirty);
}
