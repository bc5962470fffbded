import type { Shapes } from '@/api/client';
import type { FileName } from '@/api/files';
import type { EditedFiles } from '@/editor/edited-files';
import type { Diagnostic } from '@/source/positions';

/** A trial, and the text of inner.py that it ran. */
export interface Tried {
  readonly answer: Shapes['Trial'];
  readonly inner: string;
}

/** The texts that a trial needs beside the files: those that are not saved. */
export function unsavedTexts(files: EditedFiles): Partial<Record<FileName, string>> {
  const dirty = files.all.filter((file) => file.isDirty);
  return Object.fromEntries(dirty.map((file) => [file.name, file.snapshot().buffer?.text]));
}

/** Returns where in inner.py a trial failed, as the source shows what is wrong; null elsewhere. */
export function errorInInner({ answer }: Tried): Diagnostic | null {
  const file = `${answer.task.replaceAll('.', '/')}/inner.py`;
  const { error } = answer;
  if (error === null || error.file !== file || error.line === null) return null;
  const message = error.text.trimEnd().split('\n').at(-1) ?? error.text;
  return {
    code: 'trial',
    severity: 'error',
    message,
    hint: null,
    file,
    line: error.line,
    column: 1,
    endLine: error.line + 1,
    endColumn: 1,
    pointer: null,
    element: answer.task,
  };
}
