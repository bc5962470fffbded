/** Something that the palette offers. */
export interface Entry {
  id: string;
  label: string;
  /** What it is known by besides its label; it is searched, too. */
  hint: string;
}

const AT_START = 0;
const AT_WORD = 1;
const INSIDE = 2;

/**
 * Returns the entries in which each word of the text occurs, best first: those whose label
 * begins with it, then those with a word that does, then the others; at most `most`.
 */
export function found<T extends Entry>(entries: readonly T[], text: string, most: number): T[] {
  const wanted = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return entries.slice(0, most);
  const ranked: { entry: T; rank: number }[] = [];
  for (const entry of entries) {
    const rank = rankOf(entry, wanted);
    if (rank !== null) ranked.push({ entry, rank });
  }
  ranked.sort((one, other) => one.rank - other.rank);
  return ranked.slice(0, most).map(({ entry }) => entry);
}

/** The sum over the words of how well each is met; null where one is not. */
function rankOf({ label, hint }: Entry, wanted: readonly string[]): number | null {
  const title = label.toLocaleLowerCase();
  const all = `${title} ${hint.toLocaleLowerCase()}`;
  let rank = 0;
  for (const word of wanted) {
    if (!all.includes(word)) return null;
    if (title.startsWith(word)) rank += AT_START;
    else rank += beginsWord(all, word) ? AT_WORD : INSIDE;
  }
  return rank;
}

function beginsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (at === 0 || /[\s.\-_/]/.test(text.charAt(at - 1))) return true;
  }
  return false;
}
