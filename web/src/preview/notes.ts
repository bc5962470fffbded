// What the server says of an occurrence begins with what the page has named already, and writes
// days its own way. A text of another shape is shown as it is.

const MOVED = /^moved from \w+ (\d{4}-\d{2}-\d{2}) \((.+)\)$/;
const SKIPPED = /^skipped: (.+)$/;

/** Where a moved occurrence comes from, and why; or the rest of the text of a note. */
export type NoteParts = { readonly day: string; readonly why: string } | { readonly text: string };

/** Returns what a note says beside its name. */
export function partsOf(code: string, text: string): NoteParts {
  const [, day, why] = (code === 'rolled' && MOVED.exec(text)) || [];
  if (day !== undefined && why !== undefined) return { day, why };
  return { text: SKIPPED.exec(text)?.[1] ?? text };
}
