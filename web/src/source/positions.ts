import type { Shapes } from '@/api/client';

export type Diagnostic = Shapes['Diagnostic'];

export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Returns where in a text a diagnostic is, in UTF-16 units. Its lines and columns count from 1,
 * its columns in code points, and its end is exclusive (V1); places beyond the text are its end.
 */
export function rangeOf(
  text: string,
  {
    line,
    column,
    endLine,
    endColumn,
  }: Pick<Diagnostic, 'line' | 'column' | 'endLine' | 'endColumn'>,
): Range {
  const from = offsetOf(text, line, column);
  return { from, to: Math.max(from, offsetOf(text, endLine, endColumn)) };
}

/** Returns the diagnostics that are about one file of an element, or about a shared module. */
export function ofFile(
  diagnostics: readonly Diagnostic[],
  element: string,
  file: string,
): Diagnostic[] {
  const path = element.replaceAll('.', '/');
  const names = [file, `${path}/${file}`];
  if (file === 'module.py') names.push(`${path}.py`);
  // the settings of a database may have its name
  if (file === 'config.json') names.push(`${path}/${element.split('.').at(-1)}.json`);
  return diagnostics.filter((each) => names.includes(each.file));
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count += 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  const content = text.slice(start, end < 0 ? text.length : end);
  return start + [...content].slice(0, Math.max(0, column - 1)).join('').length;
}
