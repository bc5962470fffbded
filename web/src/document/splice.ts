/** A part of a text that is replaced; several of one text do not overlap, and count in it. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Returns the text with all splices made. */
export function spliced(text: string, splices: readonly Splice[]): string {
  const ordered = splices.toSorted((left, right) => left.from - right.from);
  let made = '';
  let done = 0;
  for (const { from, to, insert } of ordered) {
    made += text.slice(done, from) + insert;
    done = to;
  }
  return made + text.slice(done);
}
