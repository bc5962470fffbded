import { describe, expect, test } from 'vitest';
import type { ReadFilterNode } from '@/api/filters';
import { saysTheSame } from './meaning';
import outlines from './outlines.json';
import { treeOf } from './read';
import { type Group, leaves } from './tree';
import { writeFilter } from './write';

/** What the server reads in texts; `tests/query/test_page_filters.py` writes the file. */
const cases = outlines as { text: string; tree: ReadFilterNode }[];

describe.each(cases)('$text', ({ text, tree: read }) => {
  const tree = treeOf(text, read, '');

  test('comes back byte for byte', () => {
    expect(writeFilter(tree)).toBe(text);
  });

  test('says what the server reads', () => {
    const hasText = leaves(tree).some((leaf) => leaf.kind === 'raw');
    expect(hasText || saysTheSame(tree, read)).toBe(true);
  });

  test('keeps the slices of its rows when it is written anew', () => {
    const anew = writeFilter(withoutPlaces(tree));
    for (const leaf of leaves(tree)) {
      expect(anew).toContain(leaf.kind === 'raw' ? leaf.text.trim() : leaf.written?.text);
    }
  });
});

/** The tree as if all of it had been moved. */
function withoutPlaces(group: Group): Group {
  const children = group.children.map((child) =>
    child.kind === 'group' ? withoutPlaces(child) : child,
  );
  return { ...group, children, source: null };
}
