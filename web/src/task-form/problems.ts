import { type Path, pointer } from '@/document';

/** What is wrong at a place of a file; the server's diagnostics have this form, and more. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly hint?: string | null;
  readonly file: string;
  readonly pointer?: string | null;
  readonly line?: number;
  readonly column?: number;
}

/** Which diagnostics stand at a path: those of the path itself and of what is below it. */
export function problemsAt(diagnostics: readonly Diagnostic[], path: Path): Diagnostic[] {
  const place = pointer(path);
  return diagnostics.filter(
    (each) => each.pointer === place || each.pointer?.startsWith(`${place}/`),
  );
}

/** Those that stand at none of the paths, and so at no control. */
export function problemsElsewhere(
  diagnostics: readonly Diagnostic[],
  paths: readonly Path[],
): Diagnostic[] {
  const places = paths.map(pointer);
  return diagnostics.filter(
    ({ pointer: at }) =>
      !places.some((place) => at === place || (at ?? '').startsWith(`${place}/`)),
  );
}
