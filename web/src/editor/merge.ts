import { diff3Merge } from 'node-diff3';

/** A part of a merge: lines that need no decision, or three texts of which one is to be chosen. */
export type Chunk =
  | { readonly kind: 'settled'; readonly text: string }
  | {
      readonly kind: 'conflict';
      /** The same for the same three texts, so that a choice survives a newer version. */
      readonly key: string;
      readonly base: string;
      readonly mine: string;
      readonly theirs: string;
    };

export type Choice = 'mine' | 'theirs' | 'both';
export type Choices = Readonly<Record<string, Choice>>;

interface Region {
  ok?: string[];
  conflict?: { a: string[]; o: string[]; b: string[] };
}

/** Merges two texts that began from one, line by line; texts without line ends stay so. */
export function mergeTexts(base: string, mine: string, theirs: string): Chunk[] {
  const regions: Region[] = diff3Merge(lines(mine), lines(base), lines(theirs), {
    excludeFalseConflicts: true,
  });
  const counts = new Map<string, number>();
  return regions.map((region): Chunk => {
    if (region.conflict === undefined) return { kind: 'settled', text: (region.ok ?? []).join('') };
    const { a, o, b } = region.conflict;
    const texts = { base: o.join(''), mine: a.join(''), theirs: b.join('') };
    const content = JSON.stringify(texts);
    const count = counts.get(content) ?? 0;
    counts.set(content, count + 1);
    return { kind: 'conflict', key: `${count} ${content}`, ...texts };
  });
}

export function undecided(chunks: readonly Chunk[], choices: Choices): number {
  return chunks.filter((chunk) => chunk.kind === 'conflict' && !choices[chunk.key]).length;
}

/** Returns the merged text, or null while a conflict is not decided. */
export function assembled(chunks: readonly Chunk[], choices: Choices): string | null {
  let text = '';
  for (const chunk of chunks) {
    if (chunk.kind === 'settled') {
      text += chunk.text;
      continue;
    }
    const choice = choices[chunk.key];
    if (choice === undefined) return null;
    text += chosen(chunk, choice);
  }
  return text;
}

function chosen(chunk: { mine: string; theirs: string }, choice: Choice): string {
  if (choice !== 'both') return chunk[choice];
  const between = chunk.theirs !== '' && !chunk.theirs.endsWith('\n') && chunk.mine !== '';
  return chunk.theirs + (between ? '\n' : '') + chunk.mine;
}

/** Lines with their ends: a last line that has none is told from one that has. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
