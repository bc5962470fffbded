/** A place that a traceback names, in a file of the version that ran. */
export interface Place {
  /** Posix path relative to the tree. */
  path: string;
  line: number;
  /** The function. */
  within: string | null;
}

const FRAME = /^\s*File "([^"]+)", line (\d+)(?:, in (.+))?$/;

/** The last place of a traceback that is in one of these files, which stand at the ends of paths. */
export function lastPlace(traceback: string, files: readonly string[]): Place | null {
  for (const line of traceback.split('\n').reverse()) {
    const [, full, number, within] = FRAME.exec(line) ?? [];
    if (full === undefined) continue;
    const path = files.find((file) => full === file || full.endsWith(`/${file}`));
    if (path !== undefined) return { path, line: Number(number), within: within ?? null };
  }
  return null;
}

/** A traceback whose files of a version are named as in the tree. */
export function shortened(traceback: string): string {
  return traceback.replaceAll(/(File ")[^"]*\/bundles\/[0-9a-f]{64}\//g, '$1');
}

export interface SourceLine {
  number: number;
  text: string;
}

/** The lines of a text around one of them. */
export function linesAround(text: string, line: number, around: number): SourceLine[] {
  const first = Math.max(1, line - around);
  const lines = text.split(/\r?\n/);
  return lines
    .slice(first - 1, line + around)
    .map((content, index) => ({ number: first + index, text: content }));
}
