import { createContext, type ReactNode, useContext } from 'react';
import type { Change, Document, Json, Path } from '@/document';
import { type Codec, cellOf, changesTo } from './cell';
import type { InputProps } from './inputs/input';
import { type Diagnostic, problemsAt } from './problems';
import { RawCell } from './RawCell';

/** What all controls of a form share. */
export interface Form {
  readonly document: Document;
  readonly root: Json;
  readonly diagnostics: readonly Diagnostic[];
  readonly readOnly: boolean;
  /** Makes changes under a label for the undo history; nothing happens for none. */
  change(changes: readonly Change[], label: string): void;
}

const FormContext = createContext<Form | null>(null);
export const FormProvider = FormContext.Provider;

export function useForm(): Form {
  const form = useContext(FormContext);
  if (form === null) throw new Error('a control stands outside of a form');
  return form;
}

interface Props<T> {
  path: Path;
  codec: Codec<T>;
  label: string;
  /** The control, where it can show what stands at the path. */
  children: (input: InputProps<T>) => ReactNode;
}

/** One setting: its control, or its raw cell where the control would not write it back (C7). */
export function Setting<T>({ path, codec, label, children }: Props<T>) {
  const form = useForm();
  const cell = cellOf(form.root, path, codec);
  if (cell.kind === 'raw') {
    return <RawCell path={cell.path} label={label} expected={cell.expected} />;
  }
  return children({
    label,
    value: cell.value,
    problems: problemsAt(form.diagnostics, path),
    isDisabled: form.readOnly,
    onChange: (value) => form.change(changesTo(cell, codec, value), label),
  });
}
