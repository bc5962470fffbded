/** One change of a text: at `from`, `removed` stood, and `inserted` stands now. */
export interface Splice {
  readonly from: number;
  readonly removed: string;
  readonly inserted: string;
}

/** Returns the smallest splice that makes `after` of `before`; it cuts no character in half. */
export function spliceBetween(before: string, after: string): Splice {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from += 1;
  if (isHighSurrogate(before, from - 1)) from -= 1;
  let tail = 0;
  while (
    tail < shorter - from &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail += 1;
  }
  if (isLowSurrogate(before, before.length - tail)) tail -= 1;
  return {
    from,
    removed: before.slice(from, before.length - tail),
    inserted: after.slice(from, after.length - tail),
  };
}

export function applySplice(text: string, { from, removed, inserted }: Splice): string {
  return text.slice(0, from) + inserted + text.slice(from + removed.length);
}

export function inverse({ from, removed, inserted }: Splice): Splice {
  return { from, removed: inserted, inserted: removed };
}

/** Returns one splice for two in a row, or null where they do not touch each other. */
export function joined(first: Splice, second: Splice): Splice | null {
  const end = first.from + first.inserted.length;
  if (second.from > end || second.from + second.removed.length < first.from) return null;
  const ahead = Math.max(0, first.from - second.from);
  const behind = Math.max(0, second.from + second.removed.length - end);
  const within = Math.max(0, second.from - first.from);
  const kept = first.inserted.slice(0, within);
  const rest = first.inserted.slice(Math.max(0, second.from + second.removed.length - first.from));
  return {
    from: Math.min(first.from, second.from),
    removed:
      second.removed.slice(0, ahead) +
      first.removed +
      second.removed.slice(second.removed.length - behind),
    inserted: kept + second.inserted + rest,
  };
}

function isHighSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000;
}
